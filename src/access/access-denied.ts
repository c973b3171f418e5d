import { requiredScope, type Condition } from '../policy/index.js';
import { ProblemException } from './problem.exception.js';

/** RFC 6750 §3: no credentials get a challenge without an error code. */
export function credentialsMissing(): ProblemException {
  return new ProblemException(
    { title: 'Unauthorized', status: 401, detail: 'This needs an access token: send Authorization: Bearer <token>.' },
    { 'WWW-Authenticate': 'Bearer' },
  );
}

/** RFC 6750 §3.1: the reason stays in the log. */
export function tokenInvalid(cause: unknown): ProblemException {
  return new ProblemException(
    {
      title: 'Unauthorized',
      status: 401,
      detail: 'The access token is malformed, expired, revoked, or not from here.',
    },
    { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
    { cause },
  );
}

/** RFC 6750 §3.1, naming the scope that would help, if one would. */
export function permissionMissing(condition: Condition, checksRan: boolean): ProblemException {
  const scope = requiredScope(condition, checksRan);
  const challenge = 'Bearer error="insufficient_scope"';
  return new ProblemException(
    {
      title: 'Forbidden',
      status: 403,
      detail: scope ? `This needs the permission ${scope.replaceAll(' ', ' and ')}.` : 'You may not do this.',
    },
    { 'WWW-Authenticate': scope ? `${challenge}, scope="${scope}"` : challenge },
  );
}

/** Nothing can be said of the token now; saying 401 would make clients throw a good one away. */
export function validityUnknown(cause: unknown): ProblemException {
  return new ProblemException(
    { title: 'Service Unavailable', status: 503, detail: 'Tokens can’t be checked at the moment. Try again shortly.' },
    { 'Retry-After': '1' },
    { cause },
  );
}
