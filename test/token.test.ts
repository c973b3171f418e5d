import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateSigningKey, publicJwk } from '../src/server/keys/signing-key.js';
import { SigningKeysService } from '../src/server/keys/signing-keys.service.js';
import { signAccessToken } from '../src/server/tokens/access-token.js';
import { PasswordHasher } from '../src/server/users/password-hasher.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';

let service: TestEnvironment;
let frank: { username: string; password: string };

beforeAll(async () => {
  service = await createTestEnvironment();
  frank = { username: 'frank', password: service.passwords.get('frank')! };
});
afterAll(() => service.close());

const decode = (token: string, part: number) =>
  JSON.parse(Buffer.from(token.split('.')[part]!, 'base64url').toString());
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

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

describe('bearer tokens', () => {
  const path = '/finance/data';

  it('RFC 6750 §2.1: admits a token, in any case of the scheme', async () => {
    const token = await service.login('frank');
    expect((await service.ask(path, { token })).status).toBe(200);
    expect((await service.ask(path, { headers: { authorization: `bEARER ${token}` } })).status).toBe(200);
  });

  it('RFC 6750 §3: a bare challenge without credentials', async () => {
    for (const headers of [{}, basic('frank', frank.password), { authorization: 'Bearer' }] as Record<
      string,
      string
    >[]) {
      const answer = await service.ask(path, { headers });
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      expect(answer.headers.get('content-type')).toMatch('application/problem+json');
    }
  });

  it('RFC 6750 §3.1: 403 names the scope that is needed', async () => {
    const answer = await service.ask(path, { token: await service.login('maria') });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope", scope="finance:read"');
    expect(answer.json).toMatchObject({ type: 'about:blank', title: 'Forbidden', status: 403 });
  });

  it('RFC 6750 §2: refuses a token in the query, and one in two places', async () => {
    const token = await service.login('frank');
    for (const answer of [
      await service.ask(`${path}?access_token=${token}`),
      await service.ask(`${path}?access_token=${token}`, { token }),
      await service.ask(`/?access_token=${token}`),
      await service.ask('/finance/invoices', { token, form: { access_token: token } }),
    ]) {
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([400, 'Bearer error="invalid_request"']);
    }
  });

  it('RFC 8725 §3.1, §3.10: refuses forgeries', async () => {
    const token = await service.login('frank');
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const { kid } = decode(token, 0);
    const keys = service.app.get(SigningKeysService, { strict: false });
    const pem = keys.find(kid)!.publicKey.export({ type: 'spki', format: 'pem' });
    const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const hmac = (input: string) => createHmac('sha256', pem).update(input).digest('base64url');
    const signed = (input: string) => sign('sha256', Buffer.from(input), own.privateKey).toString('base64url');
    const claims = decode(token, 1);
    const under = (head: object, body: unknown, by: (input: string) => string) => {
      const input = `${encode(head)}.${encode(body)}`;
      return `${input}.${by(input)}`;
    };
    const forged = [
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${header}.${encode({ ...claims, username: 'admin' })}.${signature}`,
      under({ typ: 'at+jwt', alg: 'none', kid }, claims, () => ''),
      under({ typ: 'at+jwt', alg: 'none', kid }, claims, () => signature),
      under({ typ: 'at+jwt', alg: 'HS256', kid }, claims, hmac),
      under({ typ: 'at+jwt', alg: 'RS256', kid }, claims, signed),
      under({ typ: 'at+jwt', alg: 'RS256', jwk: own.publicKey.export({ format: 'jwk' }) }, claims, signed),
      under({ typ: 'at+jwt', alg: 'RS256', kid, crit: ['x'] }, claims, () => signature),
      `${signature}.${payload}.${header}`,
      'x',
      '..',
      'x'.repeat(10_000),
    ];
    for (const one of forged) {
      const answer = await service.ask(path, { token: one });
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
    }
  });

  it('RFC 8725 §3.8, §3.9, §3.11: refuses what our key signed for another purpose, by other issuer, audience, type, past, nameless', async () => {
    const { active } = service.app.get(SigningKeysService, { strict: false });
    const claims = decode(await service.login('frank'), 1);
    const issue = (over: object, head: object = {}) => {
      const input = `${encode({ typ: 'at+jwt', alg: 'RS256', kid: active.kid, ...head })}.${encode({ ...claims, ...over })}`;
      return `${input}.${sign('sha256', Buffer.from(input), active.privateKey).toString('base64url')}`;
    };
    expect((await service.ask(path, { token: issue({}) })).status).toBe(200);
    for (const token of [
      issue({ iss: 'http://other.test' }),
      issue({ aud: 'http://other.test' }),
      issue({ exp: 1 }),
      issue({ exp: undefined }),
      issue({ nbf: claims.exp }),
      issue({ jti: '00000000-0000-4000-8000-000000000000' }),
      issue({ jti: 'no-uuid' }),
      issue({ sub: '00000000-0000-4000-8000-000000000000' }),
      issue({ sub: undefined }),
      issue({}, { typ: 'JWT' }),
      issue({}, { alg: 'PS256' }),
    ]) {
      expect((await service.ask(path, { token })).status).toBe(401);
    }
  });

  it('refuses a bad token on a public route too', async () => {
    expect((await service.ask('/health/live', { token: 'x.y.z' })).status).toBe(401);
  });
});

/** A column of the token in question. */
const of = (column: string) => `SELECT ${column} FROM gatehouse.tokens WHERE jti = $1`;

describe('live authorization', () => {
  const status = async (token: string, path = '/finance/data') => (await service.ask(path, { token })).status;

  it('follows the database: a membership taken counts, and one given too', async () => {
    const token = await service.login('frank');
    expect(await status(token)).toBe(200);
    await service.change(`DELETE FROM gatehouse.account_groups USING gatehouse.accounts
      WHERE accounts.id = account_id AND username = 'frank'`);
    expect(await status(token)).toBe(403);
    await service.change(`INSERT INTO gatehouse.account_groups (account_id, group_id)
      SELECT accounts.id, groups.id FROM gatehouse.accounts, gatehouse.groups WHERE username = 'frank' AND groups.name = 'finance'`);
    expect(await status(token)).toBe(200);
  });

  it('a narrowed token never does more, whatever the account is given', async () => {
    const token = await service.login('admin', 'finance:read');
    expect([await status(token), await status(token, '/hr/data')]).toEqual([200, 403]);
  });

  it.each([
    ['revoked', ['UPDATE gatehouse.tokens SET revoked_at = now() WHERE jti = $1']],
    ['not in the registry', ['DELETE FROM gatehouse.tokens WHERE jti = $1']],
    ['of an ended session', [`UPDATE gatehouse.sessions SET ended_at = now() WHERE id IN (${of('session_id')})`]],
    ['of a past epoch', [`UPDATE gatehouse.accounts SET epoch = epoch + 1 WHERE id IN (${of('account_id')})`]],
    ['whose key was revoked', [`UPDATE gatehouse.signing_keys SET state = 'revoked' WHERE kid IN (${of('kid')})`]],
    [
      'of a client that was switched off and on',
      ['false', 'true'].map(
        (on) => `UPDATE gatehouse.clients SET is_active = ${on} WHERE client_id IN (${of('client_id')})`,
      ),
    ],
  ])('a token %s is dead', async (_, statements) => {
    const own = await createTestEnvironment();
    const token = await own.login('maria');
    expect((await own.ask('/marketing/data', { token })).status).toBe(200);
    for (const statement of statements) await own.change(statement, [decode(token, 1).jti]);
    expect((await own.ask('/marketing/data', { token })).status).toBe(401);
    await own.close();
  });

  it('a token that another key of ours signed is not the one in the registry, and dies with its key', async () => {
    const own = await createTestEnvironment();
    const claims = decode(await own.login('frank'), 1);
    const other = await generateSigningKey('RS256');
    await own.change(
      `INSERT INTO gatehouse.signing_keys (kid, algorithm, state, public_jwk, private_key_encrypted) VALUES ($1, 'RS256', 'retired', $2, '')`,
      [other.kid, publicJwk(other)],
    );
    expect((await own.ask('/finance/data', { token: signAccessToken(claims, other) })).status).toBe(401);
    await own.close();
  });

  it('groups and roles that are made while the service runs count too', async () => {
    await service.change(`INSERT INTO gatehouse.groups (name, name_key) VALUES ('board', 'board')`);
    await service.change(`INSERT INTO gatehouse.roles (name, name_key) VALUES ('auditor', 'auditor')`);
    for (const [table, name] of [
      ['group', 'board'],
      ['role', 'auditor'],
    ]) {
      await service.change(`INSERT INTO gatehouse.account_${table}s SELECT accounts.id, ${table}s.id
        FROM gatehouse.accounts, gatehouse.${table}s WHERE username = 'pat' AND ${table}s.name = '${name}'`);
    }
    await service.change(
      `UPDATE gatehouse.accounts SET password_hash = (SELECT password_hash FROM gatehouse.accounts WHERE username = 'frank') WHERE username = 'pat'`,
    );
    const { json } = await service.ask('/token', { form: { username: 'pat', password: frank.password } });
    expect(decode(json.access_token, 1)).toMatchObject({ groups: ['board'], roles: ['auditor'] });
  });

  // The scope of whoever holds "*" grew with the permissions there are, until no server took the header.
  it('a thousand permissions lock nobody out', async () => {
    await service.change(
      `INSERT INTO gatehouse.permissions (name) SELECT 'shop:orders:action-' || n FROM generate_series(1, 1000) AS n`,
    );
    const admin = await service.ask('/token', {
      form: { username: 'admin', password: service.passwords.get('admin')! },
    });
    expect(admin.json.scope.split(' ').length).toBeGreaterThan(1_000);
    expect(await status(admin.json.access_token, '/finance/data')).toBe(200);
    const scope = admin.json.scope.split(' ').slice(-350).join(' ');
    const form = { username: 'admin', password: service.passwords.get('admin')!, scope };
    const { json } = await service.ask('/token', { form });
    expect(json).toMatchObject({ error: 'invalid_scope', error_description: expect.stringContaining('too long') });
    await service.change(`DELETE FROM gatehouse.permissions WHERE name LIKE 'shop:orders:action-%'`);
  });

  it('an account disabled and enabled again doesn’t bring its tokens back', async () => {
    const token = await service.login('maria');
    await service.change(`UPDATE gatehouse.accounts SET is_active = false WHERE username = 'maria'`);
    expect(await status(token, '/marketing/data')).toBe(401);
    await service.change(`UPDATE gatehouse.accounts SET is_active = true WHERE username = 'maria'`);
    expect(await status(token, '/marketing/data')).toBe(401);
    expect(await status(await service.login('maria'), '/marketing/data')).toBe(200);
  });
});
