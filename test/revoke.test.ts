import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { addClient, basic, claimsOf, pairFor } from './support/oauth.js';

let service: TestEnvironment;
beforeAll(async () => {
  service = await createTestEnvironment();
  await addClient(service, { clientId: 'other', confidential: false, grants: ['password', 'refresh_token'] });
  await addClient(service, { clientId: 'shop', secret: 's3cret of the shop', grants: ['password', 'refresh_token'] });
});
afterAll(() => service.close());

const revoke = (token: string, more: Record<string, string> = {}) =>
  service.ask('/revoke', { form: { token, ...more } });
const alive = async (token: string) => (await service.ask('/search?query=apple', { token })).status === 200;
const refreshes = async (token: string, more: Record<string, string> = {}) =>
  (await service.ask('/token', { form: { grant_type: 'refresh_token', refresh_token: token, ...more } })).status ===
  200;

describe('POST /revoke', () => {
  it('RFC 7009 §2.2: an access token is dead when the answer is there, and nothing but itself', async () => {
    const pair = await pairFor(service, 'frank');
    const { status, text, headers } = await revoke(pair.access_token);
    expect([status, text]).toEqual([200, '']);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(await alive(pair.access_token)).toBe(false);
    expect(await refreshes(pair.refresh_token)).toBe(true);
  });

  it('RFC 7009 §2.1: a refresh token takes its whole family with it', async () => {
    const pair = await pairFor(service, 'frank');
    const other = await pairFor(service, 'frank');
    const { json: second } = await service.ask('/token', {
      form: { grant_type: 'refresh_token', refresh_token: pair.refresh_token },
    });
    expect((await revoke(second.refresh_token)).status).toBe(200);
    expect([await alive(pair.access_token), await alive(second.access_token)]).toEqual([false, false]);
    expect(await refreshes(second.refresh_token)).toBe(false);
    expect(await alive(other.access_token)).toBe(true);
  });

  it('RFC 7009 §2.1: a used refresh token takes its family with it too', async () => {
    const pair = await pairFor(service, 'frank');
    expect(await refreshes(pair.refresh_token)).toBe(true);
    await revoke(pair.refresh_token);
    expect(await alive(pair.access_token)).toBe(false);
  });

  it('RFC 7009 §2.1: a wrong hint, or one that nobody knows, changes nothing', async () => {
    for (const hint of ['refresh_token', 'access_token', 'x']) {
      const pair = await pairFor(service, 'frank');
      expect((await revoke(pair.access_token, { token_type_hint: hint })).status).toBe(200);
      expect(await alive(pair.access_token)).toBe(false);
      expect((await revoke(pair.refresh_token, { token_type_hint: hint })).status).toBe(200);
      expect(await refreshes(pair.refresh_token)).toBe(false);
    }
  });

  it('RFC 7009 §2.1: the token of another client is left as it is, and nothing tells', async () => {
    const pair = await pairFor(service, 'frank');
    for (const token of [pair.access_token, pair.refresh_token]) {
      const answer = await revoke(token, { client_id: 'other' });
      const unknown = await revoke('unknown', { client_id: 'other' });
      expect([answer.status, answer.text]).toEqual([unknown.status, unknown.text]);
    }
    expect(await alive(pair.access_token)).toBe(true);
    expect(await refreshes(pair.refresh_token)).toBe(true);
  });

  it('RFC 7009 §2.2: 200 for what is no token of ours', async () => {
    const { access_token: token } = await pairFor(service, 'frank');
    const [head, body, signature] = token.split('.');
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
    for (const one of [
      'x',
      'x'.repeat(43),
      `${none}.${body}.`,
      `${head}.${body}.${signature!.slice(1)}x`,
      '..',
      'é\0',
    ]) {
      expect((await revoke(one)).status).toBe(200);
    }
    expect(await alive(token)).toBe(true);
  });

  it('RFC 7009 §2.1: confidential clients authenticate', async () => {
    const pair = await pairFor(service, 'frank', { client_id: 'shop', client_secret: 's3cret of the shop' });
    const wrong = await revoke(pair.refresh_token, { client_id: 'shop', client_secret: 'wrong' });
    expect([wrong.status, wrong.json.error]).toEqual([401, 'invalid_client']);
    expect((await revoke(pair.refresh_token, { client_id: 'shop' })).status).toBe(401);
    const credentials = { client_id: 'shop', client_secret: 's3cret of the shop' };
    expect(await refreshes(pair.refresh_token, credentials)).toBe(true);
    const { status } = await service.ask('/revoke', {
      form: { token: pair.refresh_token },
      headers: basic('shop', 's3cret of the shop'),
    });
    expect(status).toBe(200);
    expect(await refreshes(pair.refresh_token, credentials)).toBe(false);
  });

  it('RFC 7009 §2.2.1: the form is held to what holds at /token', async () => {
    for (const answer of [
      await service.ask('/revoke', { form: {} }),
      await service.ask('/revoke', { form: 'token=a&token=b' }),
      await service.ask('/revoke', { json: { token: 'x' } }),
    ]) {
      expect([answer.status, answer.json.error]).toEqual([400, 'invalid_request']);
    }
    expect((await service.ask('/revoke?token=x')).status).toBe(404);
  });

  it('of 50 revocations at once each is answered, and nothing is alive after the first answer', async () => {
    const pair = await pairFor(service, 'frank');
    expect(await alive(pair.access_token)).toBe(true);
    const answers = Array.from({ length: 50 }, async (_, index) => {
      const { status } = await revoke(index % 2 ? pair.access_token : pair.refresh_token);
      return [status, await alive(pair.access_token)];
    });
    for (const answer of await Promise.all(answers)) expect(answer).toEqual([200, false]);
  });
});

describe('POST /revoke, while the store fails', () => {
  it('RFC 7009 §2.2.1: answers 503 with Retry-After, never a false 200', async () => {
    const own = await createTestEnvironment();
    const pair = await pairFor(own, 'frank');
    const fail = () => Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
    const query = own.database.query.bind(own.database);
    own.database.query = ((sql: string, values?: unknown[]) =>
      /UPDATE/.test(sql) ? fail() : query(sql, values)) as never;
    for (const token of [pair.access_token, pair.refresh_token]) {
      const { status, headers } = await own.ask('/revoke', { form: { token } });
      expect([status, headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)]);
    }
    own.database.query = query as never;
    expect((await own.ask('/search?query=apple', { token: pair.access_token })).status).toBe(200);
    await own.close();
  });

  // That nothing could be said of the token was answered by the guard and at /introspect, and was 500 here.
  it('RFC 7009 §2.2.1: answers 503 with Retry-After where the key of a token can’t be looked for', async () => {
    const [, ...rest] = (await pairFor(service, 'frank')).access_token.split('.');
    const header = Buffer.from(JSON.stringify({ typ: 'at+jwt', alg: 'RS256', kid: 'new' })).toString('base64url');
    const hand = new pg.Client({ connectionString: service.settings.databaseUrl! });
    await hand.connect();
    await hand.query('BEGIN; LOCK TABLE gatehouse.signing_keys IN ACCESS EXCLUSIVE MODE');
    const { status, headers } = await service.ask('/revoke', { form: { token: [header, ...rest].join('.') } });
    await hand.end();
    expect([status, headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)]);
  });
});

describe('a login during which the account is disabled and enabled again', () => {
  it('brings no token that survives: the epoch is that of before the password was checked', async () => {
    const { PasswordHasher } = await import('../src/server/users/password-hasher.js');
    const hasher = service.app.get(PasswordHasher, { strict: false });
    const verify = hasher.verify.bind(hasher);
    hasher.verify = async (...given) => {
      for (const on of ['false', 'true']) {
        await service.database.query(`UPDATE gatehouse.accounts SET is_active = ${on} WHERE username = 'maria'`);
      }
      return verify(...given);
    };
    const form = { username: 'maria', password: service.passwords.get('maria')! };
    const { status, json } = await service.ask('/token', { form });
    hasher.verify = verify;
    expect([status, json.error]).toEqual([400, 'invalid_grant']);
    expect(claimsOf((await pairFor(service, 'maria')).access_token)).toMatchObject({ username: 'maria' });
  });
});
