import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { KeyEncryption } from './key-encryption.js';

const encryption = new KeyEncryption('a secret of at least thirty-two bytes');
const plain = randomBytes(1_200);

it('reads what it wrote, and writes it differently each time', () => {
  const encrypted = encryption.encrypt(plain, 'k1');
  expect(encryption.decrypt(encrypted, 'k1')).toEqual(plain);
  expect(encryption.encrypt(plain, 'k1')).not.toEqual(encrypted);
  expect(encrypted.includes(plain.subarray(0, 32))).toBe(false);
});

it('reads nothing with another secret, under another kid, or when a bit was changed', () => {
  const encrypted = encryption.encrypt(plain, 'k1');
  expect(new KeyEncryption('another secret of thirty-two bytes').decrypt(encrypted, 'k1')).toBeUndefined();
  expect(encryption.decrypt(encrypted, 'k2')).toBeUndefined();
  for (const at of [0, 12, 28, encrypted.length - 1]) {
    const changed = Buffer.from(encrypted);
    changed[at]! ^= 1;
    expect(encryption.decrypt(changed, 'k1')).toBeUndefined();
  }
  expect(encryption.decrypt(Buffer.alloc(0), 'k1')).toBeUndefined();
});

it('reads what was encrypted under the former secret, and writes under the present one only', () => {
  const former = 'the former secret of thirty-two bytes';
  const old = new KeyEncryption(former).encrypt(plain, 'k1');
  const both = new KeyEncryption('a secret of at least thirty-two bytes', former);
  expect(both.decrypt(old, 'k1')).toEqual(plain);
  expect(both.isPresent(old, 'k1')).toBe(false);
  const renewed = both.encrypt(plain, 'k1');
  expect(both.isPresent(renewed, 'k1')).toBe(true);
  expect(encryption.decrypt(renewed, 'k1')).toEqual(plain);
  expect(both.decrypt(old, 'k2')).toBeUndefined();
});
