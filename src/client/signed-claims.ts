import { verify } from 'node:crypto';
import {
  ByteCache,
  checkHeader,
  InvalidTokenError,
  ValidityUnknownError,
  type Freshness,
  type VerificationKey,
} from '../validity/index.js';
import type { RemoteKeys } from './remote-keys.js';

/** What is read of the claims of a token whose signature holds. */
export interface SignedClaims {
  readonly kid: string;
  readonly jti: string;
  readonly sub: string;
  /** Seconds since 1970. */
  readonly exp: number;
}

interface Verified {
  readonly key: VerificationKey;
  readonly claims: SignedClaims;
}

/** What holding one takes beside its token. Bytes. */
const ENTRY_BYTES = 400;
const CAPACITY = 8 * 1024 * 1024;

/**
 * Verifies tokens as far as that can be done here: header, signature, issuer, audience, times (RFC 9068 §4, RFC 8725).
 * That says who made a token, and never that it is alive. Signatures that were verified are remembered, since a token may
 * have to be introspected anew many times.
 */
export class SignatureVerifier {
  private readonly verified = new ByteCache<Verified>(CAPACITY);

  /** @param news whether the keys that are held are those of now */
  constructor(
    private readonly keys: RemoteKeys,
    private readonly expected: { readonly issuer: string; readonly audience: string },
    private readonly news: Pick<Freshness, 'isFresh'>,
  ) {}

  /** @throws InvalidTokenError, ValidityUnknownError */
  async verify(token: string): Promise<SignedClaims> {
    const known = this.verified.get(token);
    if (known && this.keys.find(known.claims.kid) === known.key) return requireUnexpired(known.claims);
    this.verified.delete(token);
    const key = await this.keyOf(token);
    const claims = this.claimsOf(token, key);
    this.verified.set(token, { key, claims }, token.length + ENTRY_BYTES);
    return claims;
  }

  private async keyOf(token: string): Promise<VerificationKey> {
    try {
      return checkHeader(token, this.keys);
    } catch (error) {
      if (!(error instanceof InvalidTokenError && error.reason === 'key')) throw error;
    }
    const searched = await this.keys.search().catch((cause: unknown) => {
      throw new ValidityUnknownError({ cause });
    });
    // A kid that isn't known is invalid only where the keys are known to be those of now.
    if (!searched && !this.news.isFresh) throw new ValidityUnknownError();
    return checkHeader(token, this.keys);
  }

  private claimsOf(token: string, { kid, publicKey }: VerificationKey): SignedClaims {
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const holds = verify(
      'sha256',
      Buffer.from(`${header}.${payload}`),
      // ECDSA signatures in JWS are the two numbers side by side (RFC 7518 §3.4), not DER.
      { key: publicKey, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    );
    if (!holds) throw new InvalidTokenError('signature');
    const { iss, aud, exp, iat, nbf, jti, sub } = parse(payload);
    const isForUs = [aud].flat().includes(this.expected.audience);
    if (iss !== this.expected.issuer || !isForUs) throw new InvalidTokenError('claims');
    if (typeof exp !== 'number' || typeof iat !== 'number' || typeof jti !== 'string' || typeof sub !== 'string') {
      throw new InvalidTokenError('claims');
    }
    if (nbf !== undefined && !(typeof nbf === 'number' && nbf * 1_000 <= Date.now())) {
      throw new InvalidTokenError('claims');
    }
    return requireUnexpired({ kid, jti, sub, exp });
  }
}

function requireUnexpired(claims: SignedClaims): SignedClaims {
  if (Date.now() >= claims.exp * 1_000) throw new InvalidTokenError('expired');
  return claims;
}

function parse(payload: string): Record<string, unknown> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    if (typeof claims === 'object' && claims !== null) return claims as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new InvalidTokenError('claims');
}
