import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../../config/settings.js';
import { allowedNames, type PermissionsInForce, type PresentedToken, type Principal } from '../../policy/index.js';
import { CachingTokenVerifier, inForce, InvalidTokenError } from '../../validity/index.js';
import { RbacSnapshot } from '../rbac/rbac-snapshot.js';
import { SETTINGS } from '../settings.token.js';
import { isRefreshTokenForm } from '../tokens/refresh-token.js';
import { NOTHING_YET } from '../tokens/nothing-yet.js';
import { RefreshTokens } from '../tokens/refresh-tokens.js';
import type { LiveToken } from '../tokens/token-registry.js';
import { WorkQueue } from '../concurrency/work-queue.js';
import type { IntrospectionCaller } from './introspection-callers.js';
import { IntrospectionPosition } from './introspection-position.js';

/** The member of the answer that says it, and the value of the parameter by which a caller says that it knows of that. */
export const PASSWORD_CHANGE_REQUIRED = 'password_change_required';

/** All that is said of a token that is dead, unknown, or none of the caller's business (RFC 7662 §2.2). */
const INACTIVE = '{"active":false}';

/**
 * So many tokens are looked up at once, and so many wait. When thousands of applications come back at once, each asks
 * about every token that it sees, and logins and streams must find connections to the database all the same.
 */
const LOOKED_UP_AT_ONCE = 8;
const MOST_WAITING = 1_000;

/** What the answer is made of, for both kinds of token. */
interface Described {
  readonly type: 'Bearer' | 'refresh_token';
  readonly token: Omit<PresentedToken, 'sessionId'> & Partial<Pick<PresentedToken, 'sessionId'>>;
  readonly accountId: string;
  readonly username: string;
  /** Of access tokens: whose principal the answer is to become at a connected application. */
  readonly kind?: Principal['kind'];
  readonly name?: string;
  readonly narrowed: boolean;
  readonly mustChangePassword?: boolean;
  readonly groups: Iterable<string>;
  readonly roles: Iterable<string>;
  readonly permissions: PermissionsInForce;
}

/** Says what a token is good for now (RFC 7662). Access tokens that were seen before are answered from memory. */
@Injectable()
export class Introspection {
  /** Without the brace at the end. A principal is made anew whenever something in it changes, and the answer with it. */
  private readonly answers = new WeakMap<Principal, string>();
  private readonly lookUps = new WorkQueue(LOOKED_UP_AT_ONCE, MOST_WAITING, 'introspections');

  constructor(
    private readonly verifier: CachingTokenVerifier<LiveToken>,
    private readonly refreshTokens: RefreshTokens,
    private readonly snapshot: RbacSnapshot,
    private readonly position: IntrospectionPosition,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * The answer, as JSON.
   *
   * @param understands whether the caller knows of passwords that are to be changed first, and so lets nobody in who has
   *   yet to do so
   * @throws ValidityUnknownError when nothing can be said now; DomainError `overloaded`
   */
  async introspect(token: string, caller: IntrospectionCaller, understands = false): Promise<string> {
    return isRefreshTokenForm(token)
      ? this.ofRefreshToken(token, caller)
      : this.ofAccessToken(token, caller, understands);
  }

  private async ofAccessToken(token: string, caller: IntrospectionCaller, understands: boolean): Promise<string> {
    let principal: Principal;
    let asOf: string;
    try {
      if (this.verifier.knows(token)) {
        // Read before it is decided: what happens between the two counts in the answer, and isn't promised by it.
        asOf = this.position.asOf;
        principal = await this.verifier.verify(token);
      } else {
        [asOf, principal] = await this.lookUps.run(async () => {
          const before = this.position.asOf;
          return [before, await this.verifier.verify(token)];
        });
      }
    } catch (error) {
      if (error instanceof InvalidTokenError) return INACTIVE;
      throw error;
    }
    if (!isFor(principal.token!, caller)) return INACTIVE;
    // An application that doesn't know of it would let in who comes with a password that somebody else knows too.
    if (principal.mustChangePassword && !understands) return INACTIVE;
    let answer = this.answers.get(principal);
    if (answer === undefined) {
      const { id: accountId, isNarrowed: narrowed, token: presented, ...rest } = principal;
      answer = this.describe({ ...rest, type: 'Bearer', token: presented!, accountId, narrowed }).slice(0, -1);
      this.answers.set(principal, answer);
    }
    // Put together by hand: the long part is the same for each who asks, and this is the hot path.
    return `${answer},"as_of":"${asOf}"}`;
  }

  /** Nobody but its own client has any business with a refresh token. */
  private async ofRefreshToken(token: string, caller: IntrospectionCaller): Promise<string> {
    const found = await this.refreshTokens.findUnused(token);
    if (!found || !(caller.clientId === found.clientId || caller.mayAskAboutAny())) return INACTIVE;
    const { accountId, username, scope, clientScopes } = found;
    const { groups, roles, patterns } =
      found.mustChangePassword && this.settings.requirePasswordChange
        ? NOTHING_YET
        : this.snapshot.resolve(found.groupIds, found.roleIds);
    const permissions = inForce({ account: patterns, client: clientScopes, scope });
    const narrowed = scope !== null;
    return this.describe({
      type: 'refresh_token',
      token: found,
      accountId,
      username,
      narrowed,
      groups,
      roles,
      permissions,
    });
  }

  private describe(described: Described): string {
    const { type, token, accountId, username, kind, name, narrowed, groups, roles, permissions } = described;
    const { mustChangePassword = false } = described;
    const names = allowedNames(permissions, this.snapshot.knownPermissions);
    return JSON.stringify({
      active: true,
      scope: names.join(' '),
      client_id: token.clientId,
      username,
      kind,
      name,
      token_type: type,
      exp: Math.floor(token.expiresAt),
      iat: Math.floor(token.issuedAt),
      sub: accountId,
      aud: token.audience.length === 1 ? token.audience[0] : token.audience,
      iss: this.settings.publicUrl,
      jti: token.jti,
      // Of an access token that hangs on a session, which whoever keeps the answer must know it by.
      sid: token.sessionId ?? undefined,
      groups: [...groups],
      roles: [...roles],
      permissions: names,
      narrowed,
      ...(mustChangePassword && { [PASSWORD_CHANGE_REQUIRED]: true }),
    });
  }
}

/** RFC 7662 §4: a resource server learns of the tokens that are meant for it, and a client of its own. */
function isFor(
  { audience, clientId }: PresentedToken,
  { mayAskAboutAny, clientId: callerId, audience: callers }: IntrospectionCaller,
): boolean {
  return clientId === callerId || (typeof callers === 'string' && audience.includes(callers)) || mayAskAboutAny();
}
