import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../../config/settings.js';
import { allowedNames, type PermissionsInForce, type PresentedToken, type Principal } from '../../policy/index.js';
import { CachingTokenVerifier, inForce, InvalidTokenError } from '../../validity/index.js';
import { RbacSnapshot } from '../rbac/rbac-snapshot.js';
import { SETTINGS } from '../settings.token.js';
import { isRefreshTokenForm } from '../tokens/refresh-token.js';
import { RefreshTokens } from '../tokens/refresh-tokens.js';
import type { LiveToken } from '../tokens/token-registry.js';
import type { IntrospectionCaller } from './introspection-callers.js';

/** All that is said of a token that is dead, unknown, or none of the caller's business (RFC 7662 §2.2). */
const INACTIVE = '{"active":false}';

/** What the answer is made of, for both kinds of token. */
interface Described {
  readonly type: 'Bearer' | 'refresh_token';
  readonly token: Omit<PresentedToken, 'sessionId'>;
  readonly accountId: string;
  readonly username: string;
  readonly narrowed: boolean;
  readonly groups: Iterable<string>;
  readonly roles: Iterable<string>;
  readonly permissions: PermissionsInForce;
}

/** Says what a token is good for now (RFC 7662). Access tokens that were seen before are answered from memory. */
@Injectable()
export class Introspection {
  /** A principal is made anew whenever something in it changes, and the answer with it. */
  private readonly answers = new WeakMap<Principal, string>();

  constructor(
    private readonly verifier: CachingTokenVerifier<LiveToken>,
    private readonly refreshTokens: RefreshTokens,
    private readonly snapshot: RbacSnapshot,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * The answer, as JSON.
   *
   * @throws ValidityUnknownError when nothing can be said now
   */
  async introspect(token: string, caller: IntrospectionCaller): Promise<string> {
    return isRefreshTokenForm(token) ? this.ofRefreshToken(token, caller) : this.ofAccessToken(token, caller);
  }

  private async ofAccessToken(token: string, caller: IntrospectionCaller): Promise<string> {
    let principal: Principal;
    try {
      principal = await this.verifier.verify(token);
    } catch (error) {
      if (error instanceof InvalidTokenError) return INACTIVE;
      throw error;
    }
    if (!isFor(principal.token!, caller)) return INACTIVE;
    let answer = this.answers.get(principal);
    if (answer === undefined) {
      const { id: accountId, isNarrowed: narrowed, token: presented, ...rest } = principal;
      answer = this.describe({ ...rest, type: 'Bearer', token: presented!, accountId, narrowed });
      this.answers.set(principal, answer);
    }
    return answer;
  }

  /** Nobody but its own client has any business with a refresh token. */
  private async ofRefreshToken(token: string, caller: IntrospectionCaller): Promise<string> {
    const found = await this.refreshTokens.findUnused(token);
    if (!found || !(caller.clientId === found.clientId || caller.mayAskAboutAny())) return INACTIVE;
    const { accountId, username, scope, clientScopes } = found;
    const { groups, roles, patterns } = this.snapshot.resolve(found.groupIds, found.roleIds);
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

  private describe({ type, token, accountId, username, narrowed, groups, roles, permissions }: Described): string {
    const names = allowedNames(permissions, this.snapshot.knownPermissions);
    return JSON.stringify({
      active: true,
      scope: names.join(' '),
      client_id: token.clientId,
      username,
      token_type: type,
      exp: Math.floor(token.expiresAt),
      iat: Math.floor(token.issuedAt),
      sub: accountId,
      aud: token.audience.length === 1 ? token.audience[0] : token.audience,
      iss: this.settings.publicUrl,
      jti: token.jti,
      groups: [...groups],
      roles: [...roles],
      permissions: names,
      narrowed,
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
