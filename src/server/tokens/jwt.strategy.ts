import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Authenticator } from 'passport';
import { Strategy, type SecretOrKeyProvider } from 'passport-jwt';
import type { Settings } from '../../config/settings.js';
import { uuid } from '../../policy/index.js';
import { checkHeader, InvalidTokenError, type VerificationKeys } from '../../validity/index.js';
import { SigningKeysService } from '../keys/signing-keys.service.js';
import { ownPassport } from '../passport.js';
import { SETTINGS } from '../settings.token.js';

/** What the strategy reads: the token, which the guard has taken from the request. */
export interface JwtRequest {
  readonly token: string;
}

/** The claims that the registry is asked with, of a token whose signature, issuer and times hold. */
export interface VerifiedClaims {
  readonly sub: string;
  readonly jti: string;
  readonly exp: number;
}

/**
 * Verifies access tokens (RFC 9068 §4) with passport-jwt. Its verifier accepts more types and algorithms than we issue,
 * so the header is checked before it sees the token.
 */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  declare passport: Authenticator;

  constructor(keys: SigningKeysService, @Inject(SETTINGS) { publicUrl, tokenAudience }: Settings) {
    super({
      jwtFromRequest: (request: unknown) => (request as JwtRequest).token,
      secretOrKeyProvider: keyProvider(keys),
      issuer: publicUrl,
      audience: tokenAudience ?? publicUrl,
      algorithms: ['RS256', 'ES256'],
    });
  }

  getPassportInstance(): Authenticator {
    return (this.passport ??= ownPassport());
  }

  validate({ sub, jti, exp }: Partial<VerifiedClaims>): VerifiedClaims {
    // A signature of ours over something else than an access token of ours has never existed; if it does, it isn't one.
    if (!isUuid(sub) || !isUuid(jti) || typeof exp !== 'number') throw new InvalidTokenError('claims');
    return { sub, jti, exp };
  }
}

function isUuid(claim: unknown): claim is string {
  return typeof claim === 'string' && uuid.parse(claim) !== undefined;
}

/** The provider must answer through its callback: what it throws would escape the strategy and end the process. */
function keyProvider(keys: VerificationKeys): SecretOrKeyProvider {
  return (_request, rawToken: string, done) => {
    try {
      done(null, checkHeader(rawToken, keys).publicKey as never);
    } catch (error) {
      done(error);
    }
  };
}
