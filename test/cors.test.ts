import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestEnvironment, type Answer, type TestEnvironment } from './support/environment.js';

const SHOP = 'https://shop.test:8443';

let service: TestEnvironment;
beforeAll(async () => {
  service = await createTestEnvironment({ env: { CORS_ORIGINS: `${SHOP}, http://127.0.0.1:3000` } });
});
afterAll(() => service.close());

// fetch() doesn't let a script set Origin in browsers; here it does.
const from = (origin: string) => ({ origin });
const preflight = (path: string, origin: string, method = 'POST', at = service): Promise<Answer> =>
  at.ask(path, { method: 'OPTIONS', headers: { ...from(origin), 'access-control-request-method': method } });
const corsHeaders = ({ headers }: Answer) =>
  [...headers.keys()].filter((name) => name.startsWith('access-control-')).toSorted();

describe('CORS_ORIGINS', () => {
  it.each([
    ['/token', 'POST'],
    ['/revoke', 'POST'],
    ['/userinfo', 'GET'],
    ['/.well-known/oauth-authorization-server', 'GET'],
    ['/.well-known/jwks.json', 'GET'],
  ])('%s may be called by a browser of an origin that is named: the preflight says so', async (path, method) => {
    for (const origin of [SHOP, 'http://127.0.0.1:3000']) {
      const { status, headers, text } = await preflight(path, origin, method);
      expect([status, text]).toEqual([204, '']);
      expect(headers.get('access-control-allow-origin')).toBe(origin);
      expect(headers.get('access-control-allow-methods')).toBe(method);
      expect(headers.get('access-control-allow-headers')!.toLowerCase()).toMatch(/authorization.*content-type/);
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      expect(headers.get('vary')).toContain('Origin');
    }
  });

  it('answers carry the origin, errors too, so that a page can read what went wrong', async () => {
    const password = service.passwords.get('frank')!;
    const headers = from(SHOP);
    const token = await service.ask('/token', { form: { username: 'frank', password }, headers });
    const wrong = await service.ask('/token', { form: { username: 'frank', password: 'wrong' }, headers });
    const nobody = await service.ask('/userinfo', { headers });
    const json = await service.ask('/token', { json: {}, headers });
    expect([token, wrong, nobody, json].map(({ status }) => status)).toEqual([200, 400, 401, 400]);
    for (const answer of [token, wrong, nobody, json]) {
      expect(answer.headers.get('access-control-allow-origin')).toBe(SHOP);
      expect(answer.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate');
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    }
  });

  it.each([
    'https://shop.test',
    'http://shop.test:8443',
    'https://shop.test:8443.evil.test',
    'https://evil.test',
    'null',
    'http://gatehouse.test',
  ])('%s isn’t named, and is allowed nothing', async (origin) => {
    expect(corsHeaders(await preflight('/token', origin))).toEqual([]);
    const answer = await service.ask('/.well-known/jwks.json', { headers: from(origin) });
    expect(corsHeaders(answer)).toEqual([]);
    // A cache mustn't give this answer to an origin that is named.
    expect(answer.headers.get('vary')).toContain('Origin');
  });

  it.each(['/introspect', '/users/me', '/events', '/clients', '/tokens', '/token/x', '/.well-known/a/b'])(
    '%s is for no other origin',
    async (path) => {
      expect(corsHeaders(await preflight(path, SHOP))).toEqual([]);
      expect(corsHeaders(await service.ask(path, { headers: from(SHOP) }))).toEqual([]);
    },
  );

  it('an OPTIONS that is no preflight isn’t answered as one', async () => {
    expect((await service.ask('/token', { method: 'OPTIONS', headers: from(SHOP) })).status).toBe(404);
  });

  it('left unset allows nothing', async () => {
    const own = await createTestEnvironment();
    expect(corsHeaders(await preflight('/token', SHOP, 'POST', own))).toEqual([]);
    expect(corsHeaders(await own.ask('/userinfo', { headers: from(SHOP) }))).toEqual([]);
    await own.close();
  });
});
