import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../../config/settings.js';
import type { Principal } from '../../policy/index.js';
import { CachingTokenVerifier, InvalidTokenError, type TokenVerifier } from '../../validity/index.js';
import { SETTINGS } from '../settings.token.js';
import type { LiveToken } from './token-registry.js';

/**
 * Verifies tokens for the routes of this service: they must be meant for it (RFC 8725 §3.9, RFC 9700 §2.3), so that an
 * application that got somebody's token can't use it here.
 */
@Injectable()
export class OwnAudienceVerifier implements TokenVerifier {
  private readonly audience: string;

  constructor(
    private readonly verifier: CachingTokenVerifier<LiveToken>,
    @Inject(SETTINGS) { tokenAudience, publicUrl }: Settings,
  ) {
    this.audience = tokenAudience ?? publicUrl;
  }

  verify(token: string): Principal | Promise<Principal> {
    const principal = this.verifier.verify(token);
    return principal instanceof Promise
      ? principal.then((found) => this.requireOwn(found))
      : this.requireOwn(principal);
  }

  private requireOwn(principal: Principal): Principal {
    if (!principal.token!.audience.includes(this.audience)) throw new InvalidTokenError('claims');
    return principal;
  }
}
