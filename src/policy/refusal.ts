import { requiredScope } from './alternatives.js';
import type { Condition } from './condition.js';
import type { Remaining } from './decide.js';
import { sayCondition } from './describe.js';
import { checksOf } from './leaves.js';
import type { Principal } from './principal.js';

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
      detail: 'The access token is malformed, expired, revoked, or not from here. Log in again.',
    },
    { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
    { cause },
  );
}

/**
 * RFC 6750 §3.1, naming the scope that would help, if one would. The answer says what is asked for; who was refused and
 * what they lack is the cause, for the log.
 *
 * @param refused the checks that had the last word, where any did
 */
export function permissionMissing(condition: Condition, principal: Principal, refused?: Remaining): Refusal {
  const scope = requiredScope(condition, refused !== undefined);
  const challenge = 'Bearer error="insufficient_scope"';
  const detail = scope ? `This needs ${permissions(scope.split(' '))}.` : refused ? refusedBy(refused) : NOT_YOURS;
  return new Refusal(
    { title: 'Forbidden', status: 403, detail: principal.isNarrowed ? `${detail} ${NARROWED}` : detail },
    { 'WWW-Authenticate': scope ? `${challenge}, scope="${scope}"` : challenge },
    { cause: new Error(reasonOf(condition, principal, scope, refused)) },
  );
}

const NOT_YOURS = 'You may not do this.';
const NARROWED = 'The token was narrowed to a scope; one that is asked for without a scope may do more.';

function permissions(names: readonly string[]): string {
  return `the ${names.length > 1 ? 'permissions' : 'permission'} ${names.join(' and ')}`;
}

/** Whoever gets here holds the permissions, and would look for a missing one in vain. */
function refusedBy(refused: Remaining): string {
  const names = checksOf(refused).map(({ name }) => name);
  return `${NOT_YOURS} ${names.length > 1 ? 'One of the checks' : 'The check'} ${names.join(', ')} refuses it.`;
}

function reasonOf(condition: Condition, principal: Principal, scope: string | undefined, refused?: Remaining): string {
  const { username, id, isNarrowed } = principal;
  const who = `${username} (${id})${isNarrowed ? ', whose token is narrowed,' : ''}`;
  if (!scope && refused) return `${who} is refused by ${sayCondition(refused)}`;
  const lacking = (scope?.split(' ') ?? []).filter((name) => !principal.permissions.allows(name));
  const asked = `asked for is: ${sayCondition(condition)}`;
  return lacking.length > 0 ? `${who} lacks ${permissions(lacking)}; ${asked}` : `${who} is refused; ${asked}`;
}

/** The `type` of {@link passwordChangeRequired}: by this a page knows what to show. */
export const PASSWORD_CHANGE_REQUIRED = 'urn:gatehouse:problem:password-change-required';

/**
 * Somebody comes with a password that another has set, and knows: until they have changed it, they may do nothing else
 * (ASVS 6.4.1). No scope would help, so none is named (RFC 6750 §3.1).
 */
export function passwordChangeRequired({ username, id }: Principal): Refusal {
  return new Refusal(
    {
      type: PASSWORD_CHANGE_REQUIRED,
      title: 'Forbidden',
      status: 403,
      detail:
        'The password of this account was set by somebody else. Change it first, with POST /users/me/password of the authentication service; this token is good for everything else then.',
    },
    { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' },
    { cause: new Error(`${username} (${id}) has yet to change a password that somebody else has set`) },
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
