import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bcryptInput, costOf, fillers } from './password-format.js';
import { PasswordHasher } from './password-hasher.js';

const hasher = new PasswordHasher({ bcryptCost: 4 });

describe('PasswordHasher', () => {
  it('tells any two passwords apart, whatever their length and bytes', async () => {
    const passwords = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.string({ minLength: 60, maxLength: 120 }),
    );
    await fc.assert(
      fc.asyncProperty(passwords, passwords, async (one, other) => {
        const hash = await hasher.hash(one);
        expect(await hasher.verify(one, hash)).toBe(true);
        expect(await hasher.verify(other, hash)).toBe(one === other);
      }),
      { numRuns: 60 },
    );
  });

  it.each([71, 72, 73, 200])('sees a difference in the last of %i bytes', async (length) => {
    const start = 'x'.repeat(length - 1);
    const hash = await hasher.hash(`${start}a`);
    expect(await hasher.verify(`${start}a`, hash)).toBe(true);
    expect(await hasher.verify(`${start}b`, hash)).toBe(false);
  });

  it('isn’t ended by a NUL', async () => {
    const hash = await hasher.hash('a\0b');
    expect(await hasher.verify('a\0b', hash)).toBe(true);
    expect(await hasher.verify('a\0c', hash)).toBe(false);
  });

  it('verifies the hashes of other systems: $2a$, $2b$, $2y$', async () => {
    const hash = await hasher.hash('correct horse');
    for (const version of ['$2a$', '$2b$', '$2y$']) {
      expect(await hasher.verify('correct horse', version + hash.slice(4))).toBe(true);
    }
  });

  it('answers no to a long password where the hash of another system had cut it', async () => {
    const cut = await hasher.hash('x'.repeat(72));
    expect(await hasher.verify(`${'x'.repeat(72)}y`, cut)).toBe(false);
  });

  it.each([null, undefined, '', 'plain', '$2b$04$short', '$bcrypt-hmac-sha256', '$argon2id$v=19$'])(
    'answers no to the stored value %j, and to a hash used as password',
    async (stored) => {
      expect(await hasher.verify('plain', stored)).toBe(false);
      expect(await hasher.verify(stored ?? '', stored)).toBe(false);
    },
  );

  it('does the same work whatever the cost of the stored hash', () => {
    const work = (hashes: readonly string[]) => hashes.reduce((sum, hash) => sum + 2 ** costOf(hash)!, 0);
    for (let cost = 4; cost <= 12; cost++) {
      const { hash } = bcryptInput('secret', `$2b$${String(cost).padStart(2, '0')}$${'a'.repeat(53)}`, 12);
      expect(work([hash, ...fillers(hash, 12)])).toBe(2 ** 12);
    }
    const { hash } = bcryptInput('secret', null, 12);
    expect(work([hash, ...fillers(hash, 12)])).toBe(2 ** 12);
  });

  it('calls a hash of lower cost outdated, and one that it doesn’t know too', async () => {
    const hash = await hasher.hash('secret');
    expect(hasher.isOutdated(hash)).toBe(false);
    expect(new PasswordHasher({ bcryptCost: 5 }).isOutdated(hash)).toBe(true);
    expect(new PasswordHasher({ bcryptCost: 5 }).isOutdated(await hasher.hash('x'.repeat(80)))).toBe(true);
    expect(hasher.isOutdated('plain')).toBe(true);
  });
});
