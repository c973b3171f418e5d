import { STATUS_CODES } from 'node:http';
import { HttpException, NotFoundException } from '@nestjs/common';
import { ProblemException, validityUnknown } from '../../access/index.js';
import { ValidityUnknownError } from '../../validity/index.js';
import { isDatabaseFull, isDatabaseUnavailable } from '../database/database-unavailable.js';
import { DomainError, type DomainErrorCode } from '../domain-error.js';

/** An answer to an error. */
export interface Answer {
  readonly status: number;
  readonly detail: string;
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

const NOTHING_HERE = 'There is nothing at this address, or nothing that this method does.';

/** RFC 9470 §3 has its challenge at a 401; here the token is good, and a client that took it for dead would throw it away. */
const STEP_UP: Omit<Answer, 'detail' | 'status'> = {
  members: { type: 'urn:gatehouse:problem:recent-login-required' },
  headers: { 'WWW-Authenticate': 'Bearer error="insufficient_user_authentication", max_age="900"' },
};

const DOMAIN_ERRORS: Readonly<Record<DomainErrorCode, Omit<Answer, 'detail'>>> = {
  overloaded: { status: 503, headers: { 'Retry-After': '2' } },
  invalid: { status: 400 },
  'not-found': { status: 404 },
  conflict: { status: 409 },
  unprocessable: { status: 422 },
  'precondition-failed': { status: 412 },
  'too-many': { status: 429, headers: { 'Retry-After': '60' } },
  closed: { status: 403 },
  'recent-login-required': { status: 403, ...STEP_UP },
  // RFC 6750 §3.1: the token doesn't reach that far.
  forbidden: { status: 403, headers: { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' } },
};

/** What is said of an error, whatever form it is said in. */
export function answerTo(error: unknown): Answer {
  if (error instanceof ValidityUnknownError) return answerTo(validityUnknown(error));
  if (error instanceof ProblemException) {
    const { status, detail, ...members } = error.problem;
    return { status, detail, members: { ...members }, headers: error.headers };
  }
  if (error instanceof HttpException) return ofHttpException(error);
  if (error instanceof DomainError) {
    const { message: detail, errors, retryAfter } = error;
    const answer = DOMAIN_ERRORS[error.code];
    const headers = { ...answer.headers, ...(retryAfter && { 'Retry-After': String(retryAfter) }) };
    return { ...answer, detail, headers, members: { ...answer.members, ...(errors && { errors }) } };
  }
  if (isDatabaseFull(error)) {
    return {
      status: 503,
      detail: 'Nothing can be stored at the moment: the database has no room on its disk.',
      headers: { 'Retry-After': '10' },
    };
  }
  if (isDatabaseUnavailable(error)) {
    return {
      status: 503,
      detail: 'The database can’t be reached. Try again shortly.',
      headers: { 'Retry-After': '1' },
    };
  }
  if (isClientError(error)) return { status: error.statusCode, detail: error.message };
  return { status: 500, detail: 'Something went wrong here. The log says more under the request id.' };
}

function ofHttpException(error: HttpException): Answer {
  const status = error.getStatus();
  const response = error.getResponse();
  // Nest's own words repeat the address with its query, in which there may be what belongs nowhere.
  if (error instanceof NotFoundException && error.message.startsWith('Cannot '))
    return { status, detail: NOTHING_HERE };
  if (typeof response === 'string' || 'message' in response) return { status, detail: error.message };
  // Extension members (RFC 9457 §3.2), such as the parts of a health check.
  return { status, detail: STATUS_CODES[status] ?? 'Error', members: { details: response } };
}

/** The framework's own errors about a request: too large, an unknown media type, malformed JSON. */
function isClientError(error: unknown): error is Error & { statusCode: number } {
  const { statusCode } = (error ?? {}) as { statusCode?: unknown };
  return error instanceof Error && typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
}
