import { ProblemException } from '../../access/index.js';
import { SettingsError } from '../../config/setting.js';
import { DatabaseStartError } from '../database/database-start-error.js';
import { isDatabaseUnavailable } from '../database/database-unavailable.js';
import { DomainError, type DomainErrorCode } from '../domain-error.js';
import { StartError } from '../start-error.js';
import { SourceDownError } from '../user-sources/asked-source.js';
import { ConsoleError, type ConsoleErrorCode } from './console-error.js';

const OF_DOMAIN: Readonly<Record<DomainErrorCode, ConsoleErrorCode>> = {
  overloaded: 'unreachable',
  'not-found': 'not-found',
  conflict: 'conflict',
  'precondition-failed': 'conflict',
  unprocessable: 'failed',
  invalid: 'failed',
  forbidden: 'failed',
  closed: 'failed',
  'recent-login-required': 'failed',
  'too-many': 'unreachable',
};

/** Any error as one that can be shown at the console, and sent there. */
export function toConsoleError(error: unknown): ConsoleError {
  if (error instanceof ConsoleError) return error;
  if (error instanceof DomainError) return new ConsoleError(OF_DOMAIN[error.code], told(error), { cause: error });
  if (error instanceof ProblemException) return ofProblem(error);
  if (error instanceof DatabaseStartError || error instanceof SettingsError) {
    return new ConsoleError('unreachable', error.message, { cause: error });
  }
  if (error instanceof StartError) return new ConsoleError('failed', error.message, { cause: error });
  if (error instanceof SourceDownError) {
    const { message: reason = '' } = (error.cause ?? {}) as Partial<Error>;
    return new ConsoleError('unreachable', `${error.message} ${reason}`.trim(), { cause: error });
  }
  if (isDatabaseUnavailable(error)) {
    return new ConsoleError('unreachable', 'The database can’t be reached. Try again shortly.', { cause: error });
  }
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new ConsoleError('failed', `Something went wrong that nobody foresaw (${reason}).`, { cause: error });
}

/** The message, and which fields it is about where it doesn't say so itself. */
function told({ message, errors = [] }: DomainError): string {
  const more = errors.filter((one) => !message.includes(one.message));
  return [message, ...more.map(({ path, message: why }) => `${path}: ${why}`)].join('\n');
}

function ofProblem(error: ProblemException): ConsoleError {
  const { status, detail, title } = error.problem;
  const code = status === 404 ? 'not-found' : status === 409 || status === 412 ? 'conflict' : 'usage';
  return new ConsoleError(status === 503 ? 'unreachable' : code, detail ?? title, { cause: error });
}
