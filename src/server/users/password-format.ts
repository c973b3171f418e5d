import { createHmac, randomInt } from 'node:crypto';

/** bcrypt reads this many bytes and silently ignores the rest. */
const BCRYPT_BYTES = 72;

/** Marks a hash of a password that was hashed before, since it was longer than bcrypt reads. */
const PREHASHED = '$bcrypt-hmac-sha256';

const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const ALPHABET = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** What bcrypt is to work on, and whether that is what the account holds. */
export interface BcryptInput {
  readonly text: string;
  readonly hash: string;
  /** False when the answer must be no, though the work is done all the same. */
  readonly counts: boolean;
}

/** What is to be worked on for nothing, so that a hash of lower cost takes as long as one of the full cost. */
export function fillers(hash: string, cost: number): readonly string[] {
  const own = costOf(hash) ?? cost;
  // 2^c + 2^c + 2^(c+1) + … + 2^(C-1) = 2^C
  return Array.from({ length: Math.max(0, cost - own) }, (_, step) => dummyHash(own + step));
}

/** Splits a stored hash into what bcrypt compares. Anything that can't be right gets a dummy of the given cost. */
export function bcryptInput(password: string, stored: string | null | undefined, cost: number): BcryptInput {
  const prehashed = stored?.startsWith(PREHASHED) ?? false;
  const hash = prehashed ? stored!.slice(PREHASHED.length) : (stored ?? '');
  // A plain hash can't tell passwords apart that differ after the 72nd byte: it answers no to all of them.
  const tooLong = Buffer.byteLength(password) > BCRYPT_BYTES;
  const counts = BCRYPT.test(hash) && (prehashed || !tooLong);
  return {
    text: tooLong || prehashed ? prehash(password) : password,
    hash: counts ? inOurSpelling(hash) : dummyHash(cost),
    counts,
  };
}

/** How to store a new password: the text for bcrypt, and what goes before bcrypt's hash. */
export function bcryptText(password: string): { text: string; prefix: string } {
  return Buffer.byteLength(password) > BCRYPT_BYTES
    ? { text: prehash(password), prefix: PREHASHED }
    : { text: password, prefix: '' };
}

/** The cost of a stored hash; undefined when it isn't one of ours. */
export function costOf(stored: string): number | undefined {
  const match = BCRYPT.exec(stored.startsWith(PREHASHED) ? stored.slice(PREHASHED.length) : stored);
  return match ? Number(match[1]) : undefined;
}

/** PHP's `$2y$` is what the library calls `$2b$`, and knows only under that name. */
function inOurSpelling(hash: string): string {
  return hash.startsWith('$2y$') ? `$2b$${hash.slice(4)}` : hash;
}

/** Keyed with a name, so that bare SHA-256 hashes of the same password, stolen elsewhere, are of no use here. */
function prehash(password: string): string {
  return createHmac('sha256', 'gatehouse password').update(password).digest('base64');
}

/** A well-formed hash that no password fits, as far as anybody can tell: bcrypt does its whole work on it. */
export function dummyHash(cost: number): string {
  const letters = Array.from({ length: 53 }, () => ALPHABET[randomInt(64)]).join('');
  return `$2b$${String(cost).padStart(2, '0')}$${letters}`;
}
