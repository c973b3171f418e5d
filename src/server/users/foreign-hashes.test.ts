import { describe, expect, it } from 'vitest';
import { median } from '../../../test/support/quantile.js';
import { parseForeignHash, passwordHashFault } from './foreign-hash.js';
import { PasswordHasher } from './password-hasher.js';

const hasher = new PasswordHasher({ bcryptCost: 4 });

const PASSWORD = 'correct horse battery staple ñ';

/** Made by the systems' own functions, or taken from their own tests. */
const KNOWN: Readonly<Record<string, readonly [password: string, stored: string]>> = {
  // django.contrib.auth.hashers.PBKDF2PasswordHasher, that is hashlib.pbkdf2_hmac.
  Django: [PASSWORD, 'pbkdf2_sha256$1000$lG5vNcDZ3wYbUu2rKq9XhT$TKo8lXNwIyd40mRfU7XkUCBoTNrQyse9DrkOHv/rkfk='],
  'Keycloak, SHA-256': [
    PASSWORD,
    'pbkdf2-sha256:27500:AAECAwQFBgcICQoLDA0ODw==:HKn6CpXn4KzmLs0W6WTIc5sDZ+WE6Vw++Cg69n6GuasLGqBMfdB+tgW0E2ilITrDQBFnzawaU2bfnp+QpGHSPg==',
  ],
  'Keycloak, SHA-512': [
    PASSWORD,
    'pbkdf2-sha512:2100:AAECAwQFBgcICQoLDA0ODw==:U7+Z4HBpcbumqw63M5WZXhpc38v+nxuiwWUR6RYcbJyga8be+e1Rai51HhBTPW3bL2/ahBY4qRU2sH1bNifkWg==',
  ],
  'PHC, PBKDF2': [
    PASSWORD,
    '$pbkdf2-sha256$i=29000$AAECAwQFBgcICQoLDA0ODw$ispg3Sc8UWN6sQTnMY441lbM3M5Yn23DPWkEU9an5HI',
  ],
  passlib: [PASSWORD, '$pbkdf2-sha256$29000$AAECAwQFBgcICQoLDA0ODw$ispg3Sc8UWN6sQTnMY441lbM3M5Yn23DPWkEU9an5HI'],
  // From the tests of the reference implementation of Argon2 (test.c).
  'argon2id, 64 MiB': [
    'password',
    '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  ],
  'argon2id, 256 KiB': [
    'password',
    '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
  ],
};

describe('hashes of other systems', () => {
  it.each(Object.entries(KNOWN))('%s: the password fits, and no other does', async (_, [password, stored]) => {
    expect(passwordHashFault(stored)).toBeUndefined();
    expect(await hasher.verify(password, stored)).toBe(true);
    for (const other of [`${password} `, password.toUpperCase(), '', stored]) {
      expect(await hasher.verify(other, stored), other).toBe(false);
    }
  });

  it.each(Object.entries(KNOWN))('%s: is outdated, so that the first login replaces it', (_, [, stored]) => {
    expect(hasher.isOutdated(stored)).toBe(true);
  });

  it('those of bcrypt are our own, whatever letter they have', () => {
    for (const version of ['2a', '2b', '2y']) {
      expect(passwordHashFault(`$${version}$10$${'a'.repeat(53)}`)).toBeUndefined();
      expect(parseForeignHash(`$${version}$10$${'a'.repeat(53)}`)).toBeUndefined();
    }
    expect(passwordHashFault(`$bcrypt-hmac-sha256$2b$12$${'a'.repeat(53)}`)).toBeUndefined();
  });

  const KEY = 'A'.repeat(43);
  it.each([
    ['nothing', ''],
    ['a plain password', 'correct horse'],
    ['MD5', '5f4dcc3b5aa765d61d8327deb882cf99'],
    ['Django’s MD5', 'md5$salt$5f4dcc3b5aa765d61d8327deb882cf99'],
    ['Django’s SHA-1', `pbkdf2_sha1$1000$saltsalt$${KEY}=`],
    ['a mark for no password', '!unusable'],
    ['argon2i', `$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$${KEY}`],
    ['argon2id of an old version', `$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$${KEY}`],
    ['too much memory', `$argon2id$v=19$m=1048576,t=1,p=1$c29tZXNhbHQ$${KEY}`],
    ['too many passes', `$argon2id$v=19$m=65536,t=64,p=1$c29tZXNhbHQ$${KEY}`],
    ['more lanes than memory', `$argon2id$v=19$m=16,t=1,p=4$c29tZXNhbHQ$${KEY}`],
    ['no passes', `$argon2id$v=19$m=256,t=0,p=1$c29tZXNhbHQ$${KEY}`],
    ['too many iterations', `pbkdf2_sha256$99999999$saltsalt$${KEY}=`],
    ['no iterations', `pbkdf2_sha256$0$saltsalt$${KEY}=`],
    ['a key that many passwords fit', 'pbkdf2_sha256$1000$saltsalt$AAA='],
    ['no key', 'pbkdf2_sha256$1000$saltsalt$'],
    ['a bcrypt cost that takes hours', `$2b$31$${'a'.repeat(53)}`],
    ['a bcrypt cost that there isn’t', `$2b$03$${'a'.repeat(53)}`],
    ['a text without an end', `pbkdf2_sha256$1000$${'s'.repeat(1_000)}$${KEY}=`],
  ])('refuses %s, and lets nobody in with it', async (_, stored) => {
    expect(passwordHashFault(stored)).toMatch(/^must /);
    expect(parseForeignHash(stored)).toBeUndefined();
    if (!stored.startsWith('$2b$31')) expect(await hasher.verify('correct horse', stored)).toBe(false);
  });

  it('holds up nobody else while argon2 works', async () => {
    const [password, stored] = KNOWN['argon2id, 64 MiB']!;
    const progress = { turns: 0, ended: false };
    const verified = hasher.verify(password, stored).finally(() => (progress.ended = true));
    while (!progress.ended) {
      await new Promise((resolve) => setImmediate(resolve));
      progress.turns++;
    }
    expect(await verified).toBe(true);
    expect(progress.turns).toBeGreaterThan(100);
  });

  it('takes as long as a hash of ours where it would take less', async () => {
    const costly = new PasswordHasher({ bcryptCost: 10 });
    const time = async (stored: string | null): Promise<number> => {
      const start = performance.now();
      await costly.verify('wrong', stored);
      return performance.now() - start;
    };
    // In pairs, since what else the machine does comes and goes, and may spare one of the two throughout.
    const ratios: number[] = [];
    for (let round = 0; round < 15; round++) {
      const nobody = await time(null);
      ratios.push((await time(KNOWN['Django']![1])) / nobody);
    }
    // By itself it would take a hundredth of that.
    expect(median(ratios)).toBeGreaterThan(0.6);
    expect(median(ratios)).toBeLessThan(1.6);
  });
});
