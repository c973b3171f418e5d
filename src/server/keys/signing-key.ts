import { createHash, createPublicKey, generateKeyPair, type JsonWebKey, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { TokenAlgorithm, VerificationKey } from '../../validity/index.js';

/** A key pair that signs access tokens. */
export interface SigningKey extends VerificationKey {
  readonly privateKey: KeyObject;
}

/** A public key as it is published (RFC 7517 §4); never a private member. */
export interface PublicJwk extends Record<string, string> {
  kid: string;
  alg: TokenAlgorithm;
  use: 'sig';
}

const generate = promisify(generateKeyPair);

/** Makes a key pair off the event loop: RSA of 2048 bits, or P-256. */
export async function generateSigningKey(algorithm: TokenAlgorithm): Promise<SigningKey> {
  const { privateKey, publicKey } =
    algorithm === 'RS256'
      ? await generate('rsa', { modulusLength: 2048 })
      : await generate('ec', { namedCurve: 'P-256' });
  return { kid: thumbprint(publicKey), algorithm, privateKey, publicKey };
}

/** The public half, as JWKS shows it. */
export function publicJwk({ kid, algorithm, publicKey }: VerificationKey): PublicJwk {
  return { ...(publicKey.export({ format: 'jwk' }) as Record<string, string>), kid, alg: algorithm, use: 'sig' };
}

/** The public key of a stored JWK. */
export function publicKeyOf(jwk: Record<string, string>): KeyObject {
  return createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
}

/** A name that only this key can have (RFC 7638): two keys never share a `kid`. */
function thumbprint(publicKey: KeyObject): string {
  const jwk = publicKey.export({ format: 'jwk' });
  const members =
    jwk.kty === 'RSA' ? { e: jwk.e, kty: jwk.kty, n: jwk.n } : { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y };
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}
