import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkHeader, InvalidTokenError, type VerificationKey } from './index.js';

const key: VerificationKey = {
  kid: 'k1',
  algorithm: 'RS256',
  publicKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey,
};
const keys = { find: (kid: string) => (kid === 'k1' ? key : undefined) };
const good = { alg: 'RS256', typ: 'at+jwt', kid: 'k1' };

const token = (header: unknown) => `${Buffer.from(JSON.stringify(header)).toString('base64url')}.e30.c2ln`;

describe('checkHeader', () => {
  it('finds the key of a well-formed header', () => {
    expect(checkHeader(token(good), keys)).toBe(key);
    expect(checkHeader(token({ ...good, typ: 'application/AT+JWT' }), keys)).toBe(key);
  });

  it.each([
    ['RFC 8725 §3.1: none', { ...good, alg: 'none' }],
    ['RFC 8725 §3.1: none in another spelling', { ...good, alg: 'nOnE' }],
    ['RFC 8725 §3.1: an HMAC over the public key', { ...good, alg: 'HS256' }],
    ['RFC 8725 §3.1: another algorithm of the same key type', { ...good, alg: 'PS256' }],
    ['no algorithm', { typ: 'at+jwt', kid: 'k1' }],
    ['an unknown key', { ...good, kid: 'k2' }],
    ['no key', { alg: 'RS256', typ: 'at+jwt' }],
    ['a key that is no name', { ...good, kid: ['k1'] }],
    ['a key named like a member of every object', { ...good, kid: '__proto__' }],
    ['RFC 8725 §3.11: a plain JWT', { ...good, typ: 'JWT' }],
    ['RFC 9068 §4: no type', { alg: 'RS256', kid: 'k1' }],
    ['RFC 7515 §4.1.11: something critical', { ...good, crit: ['exp'] }],
    ['an empty crit', { ...good, crit: [] }],
    ['an array', [good]],
    ['null', null],
  ])('refuses %s', (_, header) => {
    expect(() => checkHeader(token(header), keys)).toThrow(InvalidTokenError);
  });

  it('RFC 8725 §3.10: takes no key from the header', () => {
    const jwk = key.publicKey.export({ format: 'jwk' });
    expect(() => checkHeader(token({ alg: 'RS256', typ: 'at+jwt', jwk }), keys)).toThrow(InvalidTokenError);
  });

  it('answers anything else with the same error, never another', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.string().map((s) => `${s}.e30.c2ln`),
      fc.constant(`e30.${'A'.repeat(10_000)}.c2ln`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(() => checkHeader(text, keys)).toThrow(InvalidTokenError);
      }),
    );
  });
});
