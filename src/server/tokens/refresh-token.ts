import { createHash, randomBytes, randomUUID } from 'node:crypto';

/** A refresh token that is made, and has yet to be entered in the registry. */
export interface NewRefreshToken {
  readonly jti: string;
  /** Handed out once, and kept nowhere. */
  readonly token: string;
  readonly hash: Buffer;
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

/** 256 bits, more than RFC 6749 §10.10 asks for. */
const BYTES = 32;

/** Makes a refresh token: opaque, and nothing can be told from it. */
export function newRefreshToken(expiresAt: number): NewRefreshToken {
  const token = randomBytes(BYTES).toString('base64url');
  return { jti: randomUUID(), token, hash: refreshTokenHash(token), expiresAt };
}

/** As it is stored and looked up. */
export function refreshTokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Whether it can be a refresh token of ours, by its form: access tokens have dots. */
export function isRefreshTokenForm(token: string): boolean {
  return /^[\w-]{43}$/.test(token);
}
