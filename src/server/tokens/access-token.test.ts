import { verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { generateSigningKey } from '../keys/signing-key.js';
import { signAccessToken, TokenTooLongError, type AccessTokenClaims } from './access-token.js';

const claims: AccessTokenClaims = {
  iss: 'http://127.0.0.1:8000',
  sub: '7a0f4f0c-6f43-4bd6-9a5f-0f4b4bd3a001',
  aud: 'http://127.0.0.1:8000',
  exp: 2,
  iat: 1,
  jti: '7a0f4f0c-6f43-4bd6-9a5f-0f4b4bd3a002',
  client_id: 'gatehouse',
  scope: 'finance:read',
  narrowed: false,
  username: 'frank',
  groups: ['finance'],
  roles: ['finance'],
  permissions: ['finance:read'],
};
const part = (token: string, index: number) =>
  JSON.parse(Buffer.from(token.split('.')[index]!, 'base64url').toString()) as unknown;

describe.each(['RS256', 'ES256'] as const)('signAccessToken with %s', (algorithm) => {
  it('RFC 9068 §2.1: signs an at+jwt that the public key verifies', async () => {
    const key = await generateSigningKey(algorithm);
    const token = signAccessToken(claims, key);
    const [header, payload, signature] = token.split('.');
    expect(part(token, 0)).toEqual({ typ: 'at+jwt', alg: algorithm, kid: key.kid });
    expect(part(token, 1)).toEqual(claims);
    const verifier = { key: key.publicKey, dsaEncoding: 'ieee-p1363' as const };
    expect(verify('sha256', Buffer.from(`${header}.${payload}`), verifier, Buffer.from(signature!, 'base64url'))).toBe(
      true,
    );
  });

  it('stays under 4 KB: leaves the tree out, never the scope', async () => {
    const groups = Array.from({ length: 400 }, (_, index) => `department-${index}`);
    const token = signAccessToken({ ...claims, groups }, await generateSigningKey(algorithm));
    expect(token.length).toBeLessThan(4_096);
    expect(part(token, 1)).toMatchObject({ scope: 'finance:read', tree_omitted: true });
    expect(part(token, 1)).not.toHaveProperty('permissions');
  });

  // A thousand declared permissions made tokens of 26 KB for whoever holds "*": no server takes such a header.
  it('stays under 4 KB however many permissions there are, where the scope is no limit', async () => {
    const scope = Array.from({ length: 1_000 }, (_, index) => `area-${index}:read`).join(' ');
    const token = signAccessToken({ ...claims, scope }, await generateSigningKey(algorithm));
    expect(token.length).toBeLessThan(4_096);
    expect(part(token, 1)).toMatchObject({ sub: claims.sub, narrowed: false, tree_omitted: true });
    expect(part(token, 1)).not.toHaveProperty('scope');
  });

  it('keeps the scope of a narrowed one, and refuses what no verifier would take', async () => {
    const key = await generateSigningKey(algorithm);
    const named = (count: number) => Array.from({ length: count }, (_, index) => `area-${index}:read`).join(' ');
    const token = signAccessToken({ ...claims, narrowed: true, scope: named(250) }, key);
    expect(part(token, 1)).toMatchObject({ narrowed: true, scope: named(250) });
    expect(() => signAccessToken({ ...claims, narrowed: true, scope: named(1_000) }, key)).toThrow(TokenTooLongError);
  });
});
