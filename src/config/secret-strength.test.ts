import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isStrongSecret } from './secret-strength.js';

describe('a secret', () => {
  it('that is random is taken, as hexadecimal or base64', () => {
    for (let run = 0; run < 500; run++) {
      const bytes = randomBytes(32);
      expect(isStrongSecret(bytes.toString('hex')), bytes.toString('hex')).toBe(true);
      expect(isStrongSecret(bytes.toString('base64')), bytes.toString('base64')).toBe(true);
    }
  });

  it.each([
    'changeme',
    'openssl rand -hex 32',
    '$(openssl rand -hex 32) # put its output here',
    'CHANGE_ME_CHANGE_ME_TO_SOMETHING_ELSE_1',
    'my-very-own-secret-0123456789-abcdef',
    'P4ssword-Password-4711-0815-xyzuvw',
    'replace-this-with-a-long-random-text',
    '0123456789abcdef0123456789abcdef',
    'abcdefghijklmnopqrstuvwxyz0123456789',
    '0'.repeat(64),
    'ab'.repeat(32),
  ])('such as %s is refused', (text) => {
    expect(isStrongSecret(text)).toBe(false);
  });

  it('of less than 32 bytes is refused', () => {
    expect(isStrongSecret(randomBytes(16).toString('hex').slice(1))).toBe(false);
    expect(isStrongSecret('k9ßQz2ßLw7ßXe4ßRt6ßYm1ß')).toBe(false);
    expect(isStrongSecret('k9ßQz2ßLw7ßXe4ßRt6ßYm1ßVb8ß')).toBe(true);
  });

  it('made of one piece repeated is refused', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40 }), fc.integer({ min: 2, max: 20 }), (piece, times) => {
        return !isStrongSecret(piece.repeat(times));
      }),
    );
  });
});
