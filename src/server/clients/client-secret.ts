import { hash as hashOf, randomBytes, timingSafeEqual } from 'node:crypto';

/** Makes a client secret: 256 random bits, of characters that no encoding changes. */
export function makeClientSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** As it is kept. The secret is random and long, so nothing slower than SHA-256 is needed. */
export function hashClientSecret(secret: string): Buffer {
  return hashOf('sha256', secret, 'buffer');
}

/** A client has two secrets at most: the present one, and the former during a change-over. */
const MOST_SECRETS = 2;
const NOBODYS = randomBytes(32);

/**
 * Whether the secret is one of those whose hashes are given. The same work whichever it is, however many
 * there are, and also for a client that doesn't exist.
 */
export function isClientSecret(secret: string, hashes: readonly Buffer[]): boolean {
  const hash = hashClientSecret(secret);
  let matches = 0;
  for (let index = 0; index < MOST_SECRETS; index++) {
    const known = hashes[index];
    const equal = timingSafeEqual(hash, known ?? NOBODYS);
    matches += Number(equal && known !== undefined);
  }
  return matches > 0;
}
