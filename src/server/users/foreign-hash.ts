import { costOf } from './password-format.js';

/** PBKDF2 (RFC 8018 §5.2), as Django, Keycloak and others store it. */
export interface Pbkdf2Hash {
  readonly type: 'pbkdf2';
  readonly digest: 'sha256' | 'sha512';
  readonly iterations: number;
  readonly salt: Buffer;
  readonly key: Buffer;
}

/** Argon2id, version 1.3 (RFC 9106). */
export interface Argon2Hash {
  readonly type: 'argon2id';
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
  readonly salt: Buffer;
  readonly key: Buffer;
}

/** A password hash that another system has made. bcrypt's are ours too: see password-format.ts. */
export type ForeignHash = Pbkdf2Hash | Argon2Hash;

/** What a login may cost at most: two seconds or so of one core, and this much memory. */
const MOST_ITERATIONS = 3_000_000;
const MOST_MEMORY = 256 * 1024;
const MOST_MEMORY_TIMES_PASSES = 512 * 1024;
const MOST_LANES = 16;
const MOST_BCRYPT_COST = 15;
/** bcrypt's own least. */
const LEAST_BCRYPT_COST = 4;
const LONGEST = 500;

// A number with more digits than the most could be.
const NUMBER = String.raw`([1-9]\d{0,8})`;
const BASE64 = '([A-Za-z0-9+/]+={0,2})';
/** Django: the salt is text, taken as it is. */
const DJANGO = new RegExp(String.raw`^pbkdf2_sha(256)\$${NUMBER}\$([\x21-\x23\x25-\x7E]+)\$${BASE64}$`);
/** Keycloak stores algorithm, iterations, salt and value apart; here they are joined. */
const KEYCLOAK = new RegExp(`^pbkdf2-sha(256|512):${NUMBER}:${BASE64}:${BASE64}$`);
/** The PHC string format; passlib's, too, which has `.` for `+` and no `i=`. */
const PHC = new RegExp(String.raw`^\$pbkdf2-sha(256|512)\$(?:i=)?${NUMBER}\$([A-Za-z0-9+/.]+)\$([A-Za-z0-9+/.]+)$`);
const ARGON2 = new RegExp(
  String.raw`^\$argon2id\$v=19\$m=${NUMBER},t=${NUMBER},p=${NUMBER}\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$`,
);

/** Reads a hash of another system; undefined when it isn't one of these, or costs more than a login may. */
export function parseForeignHash(stored: string): ForeignHash | undefined {
  const read = stored.length <= LONGEST ? parse(stored) : undefined;
  return read && faultOf(read) === undefined ? read : undefined;
}

/** Why nobody could log in with this hash, to be said after the field's name; undefined when somebody could. */
export function passwordHashFault(stored: string): string | undefined {
  const cost = costOf(stored);
  if (cost !== undefined) {
    const possible = cost >= LEAST_BCRYPT_COST && cost <= MOST_BCRYPT_COST;
    return possible ? undefined : `must have a bcrypt cost of ${LEAST_BCRYPT_COST} to ${MOST_BCRYPT_COST}`;
  }
  const read = stored.length <= LONGEST ? parse(stored) : undefined;
  if (!read) {
    return 'must be a hash of bcrypt ($2a$, $2b$, $2y$), argon2id ($argon2id$v=19$…), or PBKDF2 (pbkdf2_sha256$…, pbkdf2-sha256:…)';
  }
  return faultOf(read);
}

function parse(stored: string): ForeignHash | undefined {
  const django = DJANGO.exec(stored);
  if (django) return pbkdf2(django, Buffer.from(django[3]!));
  const pbkdf2Parts = KEYCLOAK.exec(stored) ?? PHC.exec(stored);
  if (pbkdf2Parts) return pbkdf2(pbkdf2Parts, base64(pbkdf2Parts[3]!));
  const argon2 = ARGON2.exec(stored);
  if (!argon2) return undefined;
  const [memory, passes, lanes] = argon2.slice(1, 4).map(Number) as [number, number, number];
  return { type: 'argon2id', memory, passes, lanes, salt: base64(argon2[4]!), key: base64(argon2[5]!) };
}

function pbkdf2([, bits, iterations, , key]: RegExpExecArray, salt: Buffer): Pbkdf2Hash {
  return {
    type: 'pbkdf2',
    digest: bits === '512' ? 'sha512' : 'sha256',
    iterations: Number(iterations),
    salt,
    key: base64(key!),
  };
}

function base64(text: string): Buffer {
  return Buffer.from(text.replaceAll('.', '+'), 'base64');
}

function faultOf(hash: ForeignHash): string | undefined {
  if (hash.salt.length < 4 || hash.salt.length > 128) return 'must have a salt of 4 to 128 bytes';
  // A shorter key would let many passwords in.
  if (hash.key.length < 16 || hash.key.length > 128) return 'must have a key of 16 to 128 bytes';
  if (hash.type === 'pbkdf2') {
    return hash.iterations <= MOST_ITERATIONS ? undefined : `must have ${MOST_ITERATIONS} iterations at most`;
  }
  const { memory, passes, lanes } = hash;
  if (memory > MOST_MEMORY) return `must use ${MOST_MEMORY} KiB of memory at most`;
  if (memory * passes > MOST_MEMORY_TIMES_PASSES) return `must have m × t of ${MOST_MEMORY_TIMES_PASSES} at most`;
  // RFC 9106 §3.1.
  if (hash.salt.length < 8 || lanes > MOST_LANES || memory < 8 * lanes) {
    return `must have a salt of 8 bytes, ${MOST_LANES} lanes at most, and 8 KiB for each`;
  }
  return undefined;
}
