import { createPublicKey, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';

let service: TestEnvironment;
beforeAll(async () => {
  service = await createTestEnvironment();
});
afterAll(() => service.close());

describe('/.well-known/jwks.json', () => {
  it('RFC 7517 §4: publishes the keys with kid, alg and use, and no private member', async () => {
    const { keys } = (await service.ask('/.well-known/jwks.json')).json;
    // The one that signs, and the next one.
    expect(keys).toHaveLength(2);
    expect(keys[0]).toMatchObject({ kty: 'RSA', alg: 'RS256', use: 'sig', kid: expect.any(String) });
    for (const key of keys) expect(Object.keys(key)).not.toEqual(expect.arrayContaining(['d']));
    expect(Object.keys(keys[0]).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });

  it('RFC 7515 §5.2: a token verifies with the key that its header names, by anybody', async () => {
    const token = await service.login('frank');
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString());
    const { keys } = (await service.ask('/.well-known/jwks.json')).json;
    const key = createPublicKey({ key: keys.find((one: { kid: string }) => one.kid === kid), format: 'jwk' });
    expect(verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  it('RFC 7518 §3.4: signs with ES256 where the settings say so', async () => {
    const other = await createTestEnvironment({ env: { TOKEN_ALGORITHM: 'ES256' } });
    const token = await other.login('frank');
    expect((await other.ask('/finance/data', { token })).status).toBe(200);
    expect((await other.ask('/.well-known/jwks.json')).json.keys[0]).toMatchObject({
      kty: 'EC',
      crv: 'P-256',
      alg: 'ES256',
    });
    await other.close();
  });
});

describe('/.well-known/oauth-authorization-server', () => {
  it('RFC 8414 §2: lists what works, and everything that it names answers', async () => {
    const { json } = await service.ask('/.well-known/oauth-authorization-server');
    expect(json).toMatchObject({
      issuer: 'http://gatehouse.test',
      grant_types_supported: ['password', 'refresh_token', 'client_credentials'],
      token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
      revocation_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
      introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    });
    expect(json.scopes_supported).toContain('finance:read');
    for (const name of ['jwks_uri', 'service_documentation']) {
      expect((await service.ask(new URL(json[name]).pathname)).status, name).toBe(200);
    }
    for (const [name, status] of [
      ['token_endpoint', 400],
      ['revocation_endpoint', 400],
      ['introspection_endpoint', 401],
    ] as const) {
      expect((await service.ask(new URL(json[name]).pathname, { form: {} })).status, name).toBe(status);
    }
    for (const name of ['userinfo_endpoint', 'events_endpoint']) {
      expect((await service.ask(new URL(json[name]).pathname)).status, name).toBe(401);
    }
  });

  it('RFC 8414 §3.1: below a path of its own, all that it names is below that path too', async () => {
    const own = await createTestEnvironment({ env: { PUBLIC_URL: 'https://host.test/auth' } });
    const { json } = await own.ask('/.well-known/oauth-authorization-server');
    expect(json.issuer).toBe('https://host.test/auth');
    const named = Object.entries<string>(json).filter(([name]) => /_(endpoint|uri|documentation)$/.test(name));
    expect(named.map(([name]) => name).toSorted()).toEqual([
      'events_endpoint',
      'introspection_endpoint',
      'jwks_uri',
      'revocation_endpoint',
      'service_documentation',
      'token_endpoint',
      'userinfo_endpoint',
    ]);
    for (const [name, url] of named) expect(url, name).toMatch(/^https:\/\/host\.test\/auth\//);
    await own.close();
  });
});

describe('errors', () => {
  it('RFC 9457 §3: are problem details, for addresses, methods and bodies that are wrong', async () => {
    const token = await service.login('admin');
    const cases: [number, Promise<{ status: number; headers: Headers; json: any }>][] = [
      [404, service.ask('/nowhere')],
      [404, service.ask('/finance/data', { method: 'DELETE', token })],
      [400, service.ask('/%zz')],
      [414, service.ask(`/finance/invoices/${'x'.repeat(300)}`, { token })],
      [
        400,
        service.ask('/finance/invoices', {
          token,
          body: '{',
          method: 'POST',
          headers: { 'content-type': 'application/json' },
        }),
      ],
      [
        400,
        service.ask('/finance/invoices', {
          token,
          method: 'POST',
          body: '{"__proto__":{}}',
          headers: { 'content-type': 'application/json' },
        }),
      ],
      [
        400,
        service.ask('/finance/invoices', {
          token,
          method: 'POST',
          body: '['.repeat(100_000),
          headers: { 'content-type': 'application/json' },
        }),
      ],
      [413, service.ask('/finance/invoices', { token, json: { customer: 'x'.repeat(300_000) } })],
      [415, service.ask('/finance/invoices', { token, form: { customer: 'x' } })],
      [
        415,
        service.ask('/finance/invoices', { token, method: 'POST', body: 'x', headers: { 'content-type': 'text/xml' } }),
      ],
    ];
    for (const [expected, asked] of cases) {
      const { status, headers, json } = await asked;
      expect(status, JSON.stringify(json)).toBe(expected);
      expect(headers.get('content-type')).toMatch('application/problem+json');
      expect(json).toMatchObject({
        type: 'about:blank',
        title: expect.any(String),
        status,
        detail: expect.any(String),
      });
    }
  });

  it('carry a request id that the log has, and the log has no secret', async () => {
    const password = service.passwords.get('frank')!;
    const token = await service.login('frank');
    const { headers } = await service.ask('/finance/data?q=hidden-in-the-query', { token });
    expect(service.log.find((line) => line.includes(headers.get('x-request-id')!))).toContain('/finance/data');
    await service.ask('/token', { form: { username: 'frank', password: `${password}x` } });
    const log = service.log.join('');
    for (const secret of [password, token, 'hidden-in-the-query']) expect(log).not.toContain(secret);
  });
});
