import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PasswordHasher } from '../src/server/users/password-hasher.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { basic } from './support/oauth.js';

let service: TestEnvironment;
let frank: { username: string; password: string };

beforeAll(async () => {
  service = await createTestEnvironment();
  frank = { username: 'frank', password: service.passwords.get('frank')! };
});
afterAll(() => service.close());

const decode = (token: string, part: number) =>
  JSON.parse(Buffer.from(token.split('.')[part]!, 'base64url').toString());

describe('POST /token, password grant', () => {
  it('RFC 6749 §4.3.3, §5.1: answers a bearer token that may not be cached', async () => {
    const { status, headers, json } = await service.ask('/token', { form: { grant_type: 'password', ...frank } });
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('pragma')).toBe('no-cache');
    expect(headers.get('content-type')).toMatch('application/json');
    expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 3_600 });
    expect(json.scope.split(' ')).toContain('finance:read');
  });

  it('RFC 9068 §2: the token is an at+jwt with its claims, and the tree of the moment', async () => {
    const token = await service.login('frank');
    expect(decode(token, 0)).toEqual({ typ: 'at+jwt', alg: 'RS256', kid: expect.any(String) });
    const claims = decode(token, 1);
    expect(claims).toMatchObject({
      iss: 'http://gatehouse.test',
      aud: 'http://gatehouse.test',
      client_id: 'gatehouse',
      username: 'frank',
      groups: ['finance'],
      roles: ['finance'],
      narrowed: false,
    });
    expect(claims.sub).toMatch(/^[0-9a-f-]{36}$/);
    expect(claims.exp - claims.iat).toBe(3_600);
    expect(claims.permissions).toContain('finance:read');
    expect(claims.permissions.some((name: string) => name.includes('*'))).toBe(false);
  });

  it('takes grant_type as left out where username and password are there', async () => {
    expect((await service.ask('/token', { form: frank })).status).toBe(200);
    expect((await service.ask('/token', { form: { ...frank, grant_type: '' } })).status).toBe(200);
  });

  it('finds the account by any spelling of its name', async () => {
    for (const username of ['FRANK', 'ｆｒａｎｋ', ' frank ']) {
      expect((await service.ask('/token', { form: { ...frank, username } })).status).toBe(200);
    }
  });

  it('RFC 6749 §5.2: answers unknown name, wrong password and disabled account alike', async () => {
    await service.database.query(`UPDATE gatehouse.accounts SET is_active = false WHERE username = 'heidi'`);
    const answers = await Promise.all([
      service.ask('/token', { form: { ...frank, username: 'nobody' } }),
      service.ask('/token', { form: { ...frank, password: 'wrong' } }),
      service.ask('/token', { form: { username: 'heidi', password: service.passwords.get('heidi')! } }),
      service.ask('/token', { form: { username: 'frank\0', password: frank.password } }),
    ]);
    for (const { status, headers, text } of answers) {
      expect(status).toBe(400);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(text).toBe(answers[0]!.text);
    }
    expect(answers[0]!.json).toEqual({
      error: 'invalid_grant',
      error_description: 'The user name or the password is wrong.',
    });
  });

  it('doesn’t let a service account in, whatever its password', async () => {
    const [{ password_hash: hash }] = await service.database.query(
      `SELECT password_hash FROM gatehouse.accounts WHERE username = 'frank'`,
    );
    await expect(
      service.database.query(
        `INSERT INTO gatehouse.accounts (kind, username, username_key, password_hash) VALUES ('service', 'robot', 'robot', $1)`,
        [hash],
      ),
    ).rejects.toThrow('check constraint');
  });

  it('checks the password to its last byte, beyond what bcrypt reads', async () => {
    const hasher = service.app.get(PasswordHasher, { strict: false });
    const set = async (password: string) =>
      service.database.query(`UPDATE gatehouse.accounts SET password_hash = $1 WHERE username = 'pat'`, [
        await hasher.hash(password),
      ]);
    const status = async (password: string) =>
      (await service.ask('/token', { form: { username: 'pat', password } })).status;

    const long = 'x'.repeat(72);
    await set(`${long}a`);
    expect([await status(`${long}a`), await status(`${long}b`), await status(long)]).toEqual([200, 400, 400]);
    await set('a\0b');
    expect([await status('a\0b'), await status('a\0c'), await status('a')]).toEqual([200, 400, 400]);
    await set(' a b+c%20 ');
    expect([await status(' a b+c%20 '), await status('a b+c%20')]).toEqual([200, 400]);
  });
});

describe('POST /token, overloaded', () => {
  it('turns away at once what doesn’t fit the queue, and serves the rest', async () => {
    const busy = await createTestEnvironment({ env: { BCRYPT_COST: '9' } });
    const form = { username: 'frank', password: busy.passwords.get('frank')! };
    const answers = await Promise.all(Array.from({ length: 200 }, () => busy.ask('/token', { form })));
    const turnedAway = answers.filter(({ status }) => status !== 200);
    expect(turnedAway.length).toBeGreaterThan(0);
    expect(turnedAway.length).toBeLessThan(200);
    for (const { status, headers, json } of turnedAway) {
      expect([status, json.error]).toEqual([503, 'temporarily_unavailable']);
      expect(headers.get('retry-after')).toMatch(/^\d+$/);
    }
    expect((await busy.ask('/token', { form })).status).toBe(200);
    await busy.close();
  });
});

describe('POST /token, scope', () => {
  it('RFC 6749 §3.3: narrows the token to what was asked for', async () => {
    const { json } = await service.ask('/token', { form: { ...frank, scope: 'finance:read' } });
    expect(json.scope).toBe('finance:read');
    expect(decode(json.access_token, 1)).toMatchObject({
      scope: 'finance:read',
      narrowed: true,
      permissions: ['finance:read'],
    });
  });

  it('RFC 6749 §5.2: refuses a scope that the caller doesn’t hold, or that isn’t one', async () => {
    for (const scope of ['hr:read', 'finance:read hr:read', 'no:such', 'finance:*', '*', 'a"b', 'é']) {
      const { status, json } = await service.ask('/token', { form: { ...frank, scope } });
      expect([status, json.error]).toEqual([400, 'invalid_scope']);
      // RFC 6749 §5.2: printable ASCII without " and \.
      expect(json.error_description).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
    }
  });

  it('RFC 6749 §3.2: takes an empty scope for left out', async () => {
    const { json } = await service.ask('/token', { form: { ...frank, scope: '  ' } });
    expect(decode(json.access_token, 1).narrowed).toBe(false);
  });
});

describe('POST /token, the form', () => {
  const repeating = 'username=frank&password=x&scope=a&scope=b';
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };

  it('RFC 6749 §3.2: refuses a repeated parameter and ignores unknown ones', async () => {
    const repeated = await service.ask('/token', { body: repeating, headers });
    expect([repeated.status, repeated.json.error]).toEqual([400, 'invalid_request']);
    expect(
      (await service.ask('/token', { form: { ...frank, 'scope[a]': 'b', constructor: 'x', __proto__x: 'y' } })).status,
    ).toBe(200);
  });

  it('RFC 6749 §3.2: takes forms in the body only', async () => {
    const json = await service.ask('/token', { json: frank });
    expect([json.status, json.json.error]).toEqual([400, 'invalid_request']);
    const query = await service.ask(`/token?${new URLSearchParams(frank)}`, { method: 'POST' });
    expect([query.status, query.json.error]).toEqual([400, 'invalid_request']);
    expect((await service.ask('/token', { body: 'x', headers: { 'content-type': 'text/plain' } })).status).toBe(415);
    expect(
      (await service.ask('/token', { body: 'x', headers: { 'content-type': 'multipart/form-data; boundary=x' } }))
        .status,
    ).toBe(415);
    expect((await service.ask('/token')).status).toBe(404);
  });

  it('RFC 6749 §5.2: says in its own form what goes wrong before it is reached', async () => {
    const asked = await Promise.all([
      service.ask('/token', { body: 'x', headers: { 'content-type': 'text/plain' } }),
      service.ask('/token', { form: { ...frank, x: 'x'.repeat(100_000) } }),
      service.ask('/token', { body: 'password=%ff', headers }),
      service.ask('/token', { form: frank, token: 'x.y.z' }),
    ]);
    expect(asked.map(({ status }) => status)).toEqual([415, 413, 400, 401]);
    for (const answer of asked) {
      expect(answer.json).toEqual({ error: expect.any(String), error_description: expect.any(String) });
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
  });

  it('takes a good bearer token for no client authentication', async () => {
    expect((await service.ask('/token', { form: frank, token: await service.login('frank') })).status).toBe(200);
  });

  it('refuses what isn’t UTF-8, escaped or not, and too much of anything', async () => {
    for (const body of [
      'username=frank&password=%ff',
      Uint8Array.from([...Buffer.from('username=frank&password=x'), 0xff]),
    ]) {
      expect((await service.ask('/token', { body, headers })).status).toBe(400);
    }
    expect((await service.ask('/token', { form: { ...frank, x: 'x'.repeat(100_000) } })).status).toBe(413);
  });

  it('RFC 6749 §5.2: tells what is missing, and which grants there are', async () => {
    const error = async (form: Record<string, string>) => (await service.ask('/token', { form })).json;
    expect(await error({})).toMatchObject({
      error: 'invalid_request',
      error_description: expect.stringContaining('grant_type'),
    });
    expect(await error({ grant_type: 'password', username: 'frank' })).toMatchObject({
      error: 'invalid_request',
      error_description: expect.stringContaining('password'),
    });
    expect(await error({ grant_type: 'implicit' })).toMatchObject({ error: 'unsupported_grant_type' });
  });

  it('never fails on what anybody may send', async () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('frank', 'password', '*', '\0', '%', "'; --"));
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom('grant_type', 'username', 'password', 'scope', 'client_id', 'x'), text),
        async (form) => {
          const { status } = await service.ask('/token', { form });
          expect(status).toBeLessThan(500);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('POST /token, client authentication', () => {
  it('takes an empty Basic pair, which Swagger UI sends, for none', async () => {
    expect((await service.ask('/token', { form: frank, headers: { authorization: 'Basic Og==' } })).status).toBe(200);
  });

  it('RFC 6749 §2.3.1: knows the public client by name', async () => {
    expect((await service.ask('/token', { form: { ...frank, client_id: 'gatehouse' } })).status).toBe(200);
    expect((await service.ask('/token', { form: frank, headers: basic('gatehouse', '') })).status).toBe(200);
  });

  it('RFC 6749 §5.2: refuses an unknown client, naming Basic where Basic was tried', async () => {
    const inBody = await service.ask('/token', { form: { ...frank, client_id: 'nobody' } });
    expect([inBody.status, inBody.json.error, inBody.headers.get('www-authenticate')]).toEqual([
      401,
      'invalid_client',
      null,
    ]);
    for (const headers of [
      basic('nobody', 'x'),
      basic('gatehouse', 'x'),
      { authorization: 'Basic ???' },
      basic('%zz', 'x'),
    ]) {
      const answer = await service.ask('/token', { form: frank, headers });
      expect([answer.status, answer.json.error]).toEqual([401, 'invalid_client']);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /);
    }
  });

  it('RFC 6749 §2.3: refuses two ways at once', async () => {
    const answer = await service.ask('/token', {
      form: { ...frank, client_secret: 'x' },
      headers: basic('gatehouse', 'x'),
    });
    expect([answer.status, answer.json.error]).toEqual([400, 'invalid_request']);
  });

  it('refuses the first-party client where it is switched off', async () => {
    const closed = await createTestEnvironment({ env: { FIRST_PARTY_CLIENT: 'off' } });
    const { status, json } = await closed.ask('/token', {
      form: { username: 'frank', password: closed.passwords.get('frank')! },
    });
    expect([status, json.error]).toEqual([401, 'invalid_client']);
    await closed.close();
  });
});
