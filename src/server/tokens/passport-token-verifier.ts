import { Injectable } from '@nestjs/common';
import type { Principal } from '../../policy/index.js';
import { inForce, InvalidTokenError, ValidityUnknownError, type TokenVerifier } from '../../validity/index.js';
import { isDatabaseUnavailable } from '../database/database-unavailable.js';
import { authenticate } from '../passport.js';
import { AccountGrants } from '../rbac/account-grants.js';
import { JwtStrategy, type JwtRequest, type VerifiedClaims } from './jwt.strategy.js';
import { TokenRegistry } from './token-registry.js';

/** Verifies a token's signature, then asks the registry and the grants, at each request. */
@Injectable()
export class PassportTokenVerifier implements TokenVerifier {
  constructor(
    private readonly strategy: JwtStrategy,
    private readonly registry: TokenRegistry,
    private readonly grants: AccountGrants,
  ) {}

  async verify(token: string): Promise<Principal> {
    const request: JwtRequest = { token };
    const { user: claims, info } = await authenticate<VerifiedClaims>(this.strategy, 'jwt', request);
    if (!claims) throw info instanceof InvalidTokenError ? info : new InvalidTokenError(reasonOf(info));
    try {
      return await this.principalOf(claims);
    } catch (error) {
      throw isDatabaseUnavailable(error) ? new ValidityUnknownError({ cause: error }) : error;
    }
  }

  private async principalOf({ sub, jti, exp }: VerifiedClaims): Promise<Principal> {
    const live = await this.registry.findLive(jti);
    if (!live || live.accountId !== sub) throw new InvalidTokenError('revoked');
    const held = await this.grants.load(sub);
    return {
      id: live.accountId,
      kind: live.accountKind,
      username: live.username,
      name: live.name,
      groups: new Set(held.groups),
      roles: new Set(held.roles),
      permissions: inForce({ account: held.patterns, client: live.clientScopes, scope: live.scope }),
      isNarrowed: live.scope !== null,
      token: { jti, clientId: live.clientId, sessionId: live.sessionId, expiresAt: exp, audience: live.audience },
    };
  }
}

/** jsonwebtoken's errors have names; what we don't know is a bad signature. */
function reasonOf(info: unknown): 'expired' | 'claims' | 'signature' {
  if (!(info instanceof Error)) return 'signature';
  if (info.name === 'TokenExpiredError') return 'expired';
  return /audience|issuer|subject/.test(info.message) ? 'claims' : 'signature';
}
