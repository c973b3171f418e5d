import type { KeyObject } from 'node:crypto';
import { InvalidTokenError } from './token-error.js';

/** The signature algorithms of access tokens (RFC 7518 §3.1). No EdDSA: passport-jwt's verifier doesn't know it. */
export type TokenAlgorithm = 'RS256' | 'ES256';

/** A public key with the one algorithm that it may be used with (RFC 8725 §3.1). */
export interface VerificationKey {
  readonly kid: string;
  readonly algorithm: TokenAlgorithm;
  /** Made once: parsing a PEM string at each verification costs several times the verification. */
  readonly publicKey: KeyObject;
}

/** The keys that are good now, by `kid`. */
export interface VerificationKeys {
  find(kid: string): VerificationKey | undefined;
}

/** Longer than any token of ours (they stay under 4 KB), shorter than what costs time to look at. */
export const LONGEST_TOKEN = 8_192;

/**
 * Chooses the key for a token by its JOSE header, before anything is verified: known `kid`, the key's own algorithm,
 * the type of an access token, nothing critical. No key is ever taken from the header (RFC 8725 §3.1, §3.10, §3.11;
 * RFC 9068 §4).
 *
 * @throws InvalidTokenError
 */
export function checkHeader(token: string, keys: VerificationKeys): VerificationKey {
  const { alg, typ, kid, crit } = readHeader(token);
  if (crit !== undefined) throw new InvalidTokenError('critical');
  if (typeof typ !== 'string' || !/^(application\/)?at\+jwt$/i.test(typ)) throw new InvalidTokenError('type');
  const key = typeof kid === 'string' ? keys.find(kid) : undefined;
  if (!key) throw new InvalidTokenError('key');
  if (alg !== key.algorithm) throw new InvalidTokenError('algorithm');
  return key;
}

/** The `kid` of a token whose header has been checked. */
export function keyIdOf(token: string): string {
  return readHeader(token)['kid'] as string;
}

function readHeader(token: string): Record<string, unknown> {
  const end = token.indexOf('.');
  if (token.length > LONGEST_TOKEN || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) throw new InvalidTokenError('malformed');
  // The last character has bits that no decoder reads: one token must not have many spellings.
  const signature = token.slice(token.lastIndexOf('.') + 1);
  if (Buffer.from(signature, 'base64url').toString('base64url') !== signature) throw new InvalidTokenError('malformed');
  try {
    const header: unknown = JSON.parse(Buffer.from(token.slice(0, end), 'base64url').toString('utf8'));
    if (typeof header === 'object' && header !== null && !Array.isArray(header))
      return header as Record<string, unknown>;
  } catch {
    // Said below, as for everything else that isn't a header.
  }
  throw new InvalidTokenError('malformed');
}
