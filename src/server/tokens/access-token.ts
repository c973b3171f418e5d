import { sign } from 'node:crypto';
import { LONGEST_TOKEN } from '../../validity/index.js';
import type { SigningKey } from '../keys/signing-key.js';

/** The claims of an access token (RFC 9068 §2.2) with what this service adds. Times in seconds since 1970. */
export interface AccessTokenClaims {
  readonly iss: string;
  /** The account's UUID, never a name. */
  readonly sub: string;
  readonly aud: string | readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly jti: string;
  readonly client_id: string;
  /** Left out where a token that isn't narrowed would be too long with it. */
  readonly scope?: string;
  /** Whether `scope` is a limit, or only tells what the account held at issue. */
  readonly narrowed: boolean;
  readonly username: string;
  /** The tree of the moment, for the information of third parties: our guards never decide by it. */
  readonly groups?: readonly string[];
  readonly roles?: readonly string[];
  readonly permissions?: readonly string[];
  readonly tree_omitted?: true;
}

/** Larger tokens don't fit where headers are limited; a tree that would make one so is left out. */
const MOST_BYTES = 4_096;

/** A narrowed token that names more than fits: nobody would take it. */
export class TokenTooLongError extends Error {
  override readonly name = 'TokenTooLongError';
}

/**
 * Signs an access token: JWS compact serialization (RFC 7515 §7.1), `typ: at+jwt` (RFC 9068 §2.1). What doesn't fit is
 * left out: first the tree, then the scope of a token that isn't narrowed, of which RFC 9068 §2.2.3 asks none, since it
 * is no limit and grows with the permissions there are. Introspection says both.
 *
 * @throws TokenTooLongError when a narrowed one is longer than any verifier of ours takes
 */
export function signAccessToken(claims: AccessTokenClaims, key: SigningKey): string {
  const whole = signed(claims, key);
  if (whole.length < MOST_BYTES) return whole;
  const { groups: _groups, roles: _roles, permissions: _permissions, ...rest } = claims;
  const bare = signed({ ...rest, tree_omitted: true }, key);
  if (bare.length < MOST_BYTES) return bare;
  if (claims.narrowed) {
    if (bare.length > LONGEST_TOKEN) throw new TokenTooLongError();
    return bare;
  }
  const { scope: _scope, ...least } = rest;
  return signed({ ...least, tree_omitted: true }, key);
}

function signed(claims: AccessTokenClaims, { kid, algorithm, privateKey }: SigningKey): string {
  const input = `${encode({ typ: 'at+jwt', alg: algorithm, kid })}.${encode(claims)}`;
  // ECDSA signatures in JWS are the two numbers side by side (RFC 7518 §3.4), not DER.
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
