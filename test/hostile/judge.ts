import { isUnfinished, type RawAnswer, type RawRequest } from './raw-http.js';
import type { Recipe } from './recipes.js';

/** An error that is longer than this is itself a way to keep the service busy. Bytes. */
const LARGEST_ERROR = 32 * 1024;

/** The endpoints whose errors are those of RFC 6749. */
const OAUTH = new Set(['/token', '/revoke', '/introspect']);

/** What must never stand in an answer: stacks, SQL, the insides of libraries. */
const INSIDES =
  /node_modules|\n\s+at |QueryFailedError|gatehouse\.[a-z]|SELECT .* FROM|syntax error at|TypeError|\.[jt]s:\d/;

/** Legal in an `error_description` (RFC 6749 §5.2). */
const DESCRIPTION = /^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/;

/** What is wrong with an answer; undefined: nothing. */
export function faultOf({ operation }: Recipe, request: RawRequest, answer: RawAnswer): string | undefined {
  const { status, headers, body } = answer;
  if (status === 0) return mayStayUnanswered(request) ? undefined : 'no answer';
  if (status < 400) return undefined;
  if (status >= 500 && status !== 503) return `${status}`;
  if (status === 503 && !headers.has('retry-after')) return '503 without Retry-After';
  if (body.length > LARGEST_ERROR) return `an error of ${body.length} bytes`;
  if (request.method === 'HEAD') return undefined;
  const text = body.toString();
  if (INSIDES.test(text)) return 'insides in the answer';
  return isProblem(answer, text) || (OAUTH.has(operation.path) && isOAuthError(answer, text))
    ? undefined
    : 'wrong shape';
}

/** Asking for a tunnel or another protocol, or never sending the whole of the body. */
function mayStayUnanswered(request: RawRequest): boolean {
  return request.method === 'CONNECT' || isUnfinished(request) || request.headers.some(([name]) => name === 'Upgrade');
}

/** RFC 9457 */
function isProblem({ status, headers }: RawAnswer, text: string): boolean {
  if (!headers.get('content-type')?.startsWith('application/problem+json')) return false;
  const problem = parsed(text);
  return (
    problem?.status === status &&
    [problem.type, problem.title, problem.detail].every((member) => typeof member === 'string' && member !== '')
  );
}

/** RFC 6749 §5.2 */
function isOAuthError({ headers }: RawAnswer, text: string): boolean {
  const error = parsed(text);
  return (
    headers.get('content-type')?.startsWith('application/json') === true &&
    headers.get('cache-control') === 'no-store' &&
    /^[a-z_]+$/.test(error?.error) &&
    DESCRIPTION.test(error.error_description)
  );
}

function parsed(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
