import { requiredScope } from './alternatives.js';
import type { Condition } from './condition.js';

/** The members of a problem details object (RFC 9457 §3.1), with extensions. */
export interface Problem {
  readonly type?: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

/** A request that isn't let in, with everything that its answer says: problem details, and the headers beside them. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly problem: Problem,
    readonly headers: Readonly<Record<string, string>> = {},
    options?: ErrorOptions,
  ) {
    super(problem.detail, options);
  }

  /** The HTTP status of the answer: 400, 401, 403 or 503. */
  get status(): number {
    return this.problem.status;
  }
}

/** RFC 6750 §3: no credentials get a challenge without an error code. */
export function credentialsMissing(): Refusal {
  return new Refusal(
    { title: 'Unauthorized', status: 401, detail: 'This needs an access token: send Authorization: Bearer <token>.' },
    { 'WWW-Authenticate': 'Bearer' },
  );
}

/** RFC 6750 §3.1: the reason stays in the log. */
export function tokenInvalid(cause: unknown): Refusal {
  return new Refusal(
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
export function permissionMissing(condition: Condition, checksRan: boolean): Refusal {
  const scope = requiredScope(condition, checksRan);
  const challenge = 'Bearer error="insufficient_scope"';
  return new Refusal(
    {
      title: 'Forbidden',
      status: 403,
      detail: scope ? `This needs the permission ${scope.replaceAll(' ', ' and ')}.` : 'You may not do this.',
    },
    { 'WWW-Authenticate': scope ? `${challenge}, scope="${scope}"` : challenge },
  );
}

/** Nothing can be said of the token now; saying 401 would make clients throw a good one away. */
export function validityUnknown(cause: unknown): Refusal {
  return new Refusal(
    { title: 'Service Unavailable', status: 503, detail: 'Tokens can’t be checked at the moment. Try again shortly.' },
    { 'Retry-After': '1' },
    { cause },
  );
}

/** RFC 6750 §3.1 `invalid_request`: a token where none may be, or in two places. */
export function requestMalformed(detail: string): Refusal {
  return new Refusal(
    { title: 'Bad Request', status: 400, detail },
    { 'WWW-Authenticate': 'Bearer error="invalid_request"' },
  );
}
