import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateSigningKey, publicJwk } from '../src/server/keys/signing-key.js';
import { SigningKeysService } from '../src/server/keys/signing-keys.service.js';
import { signAccessToken } from '../src/server/tokens/access-token.js';
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
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

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
