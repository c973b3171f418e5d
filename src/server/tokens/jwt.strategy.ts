import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Authenticator } from 'passport';
import { Strategy, type SecretOrKeyProvider } from 'passport-jwt';
import type { Settings } from '../../config/settings.js';
import { isUuid } from '../../policy/index.js';
import { checkHeader, InvalidTokenError, type VerificationKeys } from '../../validity/index.js';
import { SigningKeysService } from '../keys/signing-keys.service.js';
import { ownPassport } from '../passport.js';
import { SETTINGS } from '../settings.token.js';

/** What the strategy reads: the token, which the guard has taken from the request. */
export interface JwtRequest {
  readonly token: string;
}

/** The claims that are held against the registry, of a token whose signature, issuer and times hold. */
export interface VerifiedClaims {
  readonly sub: string;
  readonly jti: string;
  readonly exp: number;
  readonly aud: readonly string[];
}

/**
 * Verifies access tokens (RFC 9068 §4) with passport-jwt. Its verifier accepts more types and algorithms than we issue,
 * so the header is checked before it sees the token. Whom a token is for is asked by those who take it (RFC 8725 §3.9):
 * those for other audiences are good too, and are introspected here.
 */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  declare passport: Authenticator;

  constructor(keys: SigningKeysService, @Inject(SETTINGS) { publicUrl }: Settings) {
    super({
      jwtFromRequest: (request: unknown) => (request as JwtRequest).token,
      secretOrKeyProvider: keyProvider(keys),
      issuer: publicUrl,
      algorithms: ['RS256', 'ES256'],
    });
  }

  getPassportInstance(): Authenticator {
    return (this.passport ??= ownPassport());
  }

  validate({ sub, jti, exp, aud }: Record<string, unknown>): VerifiedClaims {
    // A signature of ours over something else than an access token of ours has never existed; if it does, it isn't one.
    const audience = [aud].flat();
    if (
      !isText(sub) ||
      !isUuid(sub) ||
      !isText(jti) ||
      !isUuid(jti) ||
      typeof exp !== 'number' ||
      !audience.every(isText)
    ) {
      throw new InvalidTokenError('claims');
    }
    return { sub, jti, exp, aud: audience };
  }
}

function isText(claim: unknown): claim is string {
  return typeof claim === 'string';
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
