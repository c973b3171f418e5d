import { createHmac, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SigningKeysService } from '../src/server/keys/signing-keys.service.js';
import { createTestEnvironment, type Answer, type TestEnvironment } from './support/environment.js';
import { addClient, basic, claimsOf, pairFor } from './support/oauth.js';

const SHOP = { clientId: 'shop', secret: 'shop: s%cret', audience: 'https://shop.test' };
const ARCHIVE = { clientId: 'archive', secret: 'secret of the archive' };

let service: TestEnvironment;
beforeAll(async () => {
  service = await createTestEnvironment();
  await addClient(service, { ...SHOP, grants: ['password', 'refresh_token'] });
  await addClient(service, { ...ARCHIVE, grants: ['password', 'refresh_token'] });
});
afterAll(() => service.close());

const introspect = (token: string, headers: Record<string, string>, more: Record<string, string> = {}) =>
  service.ask('/introspect', { form: { token, ...more }, headers });
const asShop = (token: string) => introspect(token, basic(SHOP.clientId, SHOP.secret));
const asArchive = (token: string) => introspect(token, basic(ARCHIVE.clientId, ARCHIVE.secret));
const shopPair = (username = 'frank', more: Record<string, string> = {}) =>
  pairFor(service, username, { client_id: SHOP.clientId, client_secret: SHOP.secret, ...more });

const expectInactive = ({ status, text }: Answer) => expect([status, text]).toEqual([200, '{"active":false}']);

describe('POST /introspect', () => {
  it('RFC 7662 §2.2: tells what is in force now', async () => {
    const { access_token: token } = await shopPair();
    const claims = claimsOf(token);
    const { status, headers, json } = await asShop(token);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(headers.get('content-type')).toMatch('application/json');
    expect(json).toEqual({
      active: true,
      scope: claims.scope,
      client_id: 'shop',
      username: 'frank',
      kind: 'user',
      name: expect.any(String),
      token_type: 'Bearer',
      exp: claims.exp,
      iat: claims.iat,
      sub: claims.sub,
      aud: 'https://shop.test',
      iss: 'http://gatehouse.test',
      jti: claims.jti,
      groups: ['finance'],
      roles: ['finance'],
      permissions: claims.permissions,
      narrowed: false,
      sid: expect.stringMatching(/^[\da-f-]{36}$/),
      as_of: expect.stringMatching(/^[\da-f-]{36}:\d+$/),
    });
  });

  it('follows a membership that is taken, where the token itself goes on saying otherwise', async () => {
    const own = await createTestEnvironment();
    await addClient(own, { ...SHOP, grants: ['password'] });
    const { access_token: token } = await pairFor(own, 'frank', { client_id: 'shop', client_secret: SHOP.secret });
    const ask = async () =>
      (await own.ask('/introspect', { form: { token }, headers: basic('shop', SHOP.secret) })).json.permissions;
    expect(await ask()).toContain('finance:read');
    await own.change('DELETE FROM gatehouse.account_groups');
    expect(await ask()).toEqual(['account:self']);
    await own.close();
  });

  it('says of a narrowed token what is left of it', async () => {
    const { access_token: token } = await shopPair('frank', { scope: 'finance:read' });
    const { json } = await asShop(token);
    expect(json).toMatchObject({ active: true, scope: 'finance:read', narrowed: true, permissions: ['finance:read'] });
  });

  it('RFC 7662 §2.2: of what is dead, unknown or forged nothing but that it isn’t active', async () => {
    const { access_token: token } = await shopPair();
    const [head, body, signature] = token.split('.') as [string, string, string];
    expect((await asShop(token)).json.active).toBe(true);
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
    for (const one of [
      'x',
      'x'.repeat(43),
      '..',
      `${head}.${body}.`,
      `${none}.${body}.`,
      `${head}.${body}.${signature}x`,
    ]) {
      expectInactive(await asShop(one));
    }
    await service.ask('/revoke', { form: { token, client_id: 'shop', client_secret: SHOP.secret } });
    expectInactive(await asShop(token));
  });

  it('RFC 7662 §4: a client learns nothing of tokens that aren’t meant for it', async () => {
    const ours = await shopPair();
    const firstParty = await pairFor(service, 'frank');
    for (const token of [ours.access_token, ours.refresh_token, firstParty.access_token, firstParty.refresh_token]) {
      expectInactive(await asArchive(token));
    }
    expectInactive(await asShop(firstParty.access_token));
  });

  it('a client without an audience may ask about its own tokens', async () => {
    const pair = await pairFor(service, 'frank', { client_id: ARCHIVE.clientId, client_secret: ARCHIVE.secret });
    expect((await asArchive(pair.access_token)).json).toMatchObject({ active: true, client_id: 'archive' });
  });

  it('a refresh token is its own client’s business, says that it is one, and is no longer active once used', async () => {
    const pair = await shopPair('frank', { scope: 'finance:read' });
    const { json } = await asShop(pair.refresh_token);
    expect(json).toMatchObject({
      active: true,
      token_type: 'refresh_token',
      client_id: 'shop',
      username: 'frank',
      sub: claimsOf(pair.access_token).sub,
      scope: 'finance:read',
      narrowed: true,
    });
    expect(json.exp - json.iat).toBe(14 * 86_400);
    await service.ask('/token', {
      form: { grant_type: 'refresh_token', refresh_token: pair.refresh_token },
      headers: basic(SHOP.clientId, SHOP.secret),
    });
    expectInactive(await asShop(pair.refresh_token));
  });

  it('the token type hint is ignored', async () => {
    const { access_token: token } = await shopPair();
    const answer = await introspect(token, basic(SHOP.clientId, SHOP.secret), { token_type_hint: 'refresh_token' });
    expect(answer.json.active).toBe(true);
  });
});

describe('POST /introspect, who may ask', () => {
  it('RFC 7662 §2.1: a confidential client, by Basic or in the form', async () => {
    const { access_token: token } = await shopPair();
    const form = { token, client_id: SHOP.clientId, client_secret: SHOP.secret };
    expect((await service.ask('/introspect', { form })).json.active).toBe(true);
  });

  it('RFC 7662 §2.3: nobody who doesn’t say who they are, and no public client', async () => {
    const { access_token: token } = await shopPair();
    for (const answer of [
      await service.ask('/introspect', { form: { token } }),
      await service.ask('/introspect', { form: { token, client_id: 'gatehouse' } }),
      await introspect(token, basic(SHOP.clientId, 'wrong')),
      await introspect(token, basic('nobody', 'x')),
    ]) {
      expect([answer.status, answer.json.error]).toEqual([401, 'invalid_client']);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /);
    }
    const inForm = await service.ask('/introspect', { form: { token, client_id: 'shop', client_secret: 'wrong' } });
    expect([inForm.status, inForm.json.error]).toEqual([401, 'invalid_client']);
  });

  it('RFC 7662 §2.1: whoever bears a token with tokens:introspect, about any token', async () => {
    const bearer = await service.login('admin', 'tokens:introspect');
    const shop = await shopPair();
    const own = await pairFor(service, 'frank');
    for (const token of [shop.access_token, shop.refresh_token, own.access_token, own.refresh_token]) {
      const { json } = await service.ask('/introspect', { form: { token }, token: bearer });
      expect(json).toMatchObject({ active: true, username: 'frank' });
    }
  });

  it('RFC 7662 §2.3: 401 for a bearer without the permission, and for a bad token', async () => {
    const { access_token: token } = await shopPair();
    const narrow = await service.login('admin', 'tokens:read');
    for (const bearer of [await service.login('frank'), narrow]) {
      const { status, headers } = await service.ask('/introspect', { form: { token }, token: bearer });
      expect([status, headers.get('www-authenticate')]).toEqual([
        401,
        'Bearer error="insufficient_scope", scope="tokens:introspect"',
      ]);
    }
    const bad = await service.ask('/introspect', { form: { token }, token: 'x.y.z' });
    expect([bad.status, bad.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
  });

  it('a client whose service account holds tokens:introspect may ask about any token, as long as it does', async () => {
    await service.change(`WITH account AS (
        INSERT INTO gatehouse.accounts (kind, username, username_key) VALUES ('service', 'gateway', 'gateway') RETURNING id),
      role AS (INSERT INTO gatehouse.roles (name, name_key) VALUES ('introspector', 'introspector') RETURNING id),
      held AS (INSERT INTO gatehouse.role_permissions SELECT id, 'tokens:introspect' FROM role),
      given AS (INSERT INTO gatehouse.account_roles (account_id, role_id) SELECT account.id, role.id FROM account, role)
      INSERT INTO gatehouse.clients (client_id, name, account_id) SELECT 'gateway', 'Gateway', id FROM account`);
    await service.change(`INSERT INTO gatehouse.client_secrets (client_id, hash) VALUES ('gateway', sha256('xyz'))`);
    const { access_token: token } = await pairFor(service, 'frank');
    const active = async () => (await introspect(token, basic('gateway', 'xyz'))).json.active;
    expect(await active()).toBe(true);
    await service.change(`DELETE FROM gatehouse.role_permissions WHERE pattern = 'tokens:introspect'`);
    expect(await active()).toBe(false);
  });

  it('credentials that were good are held for no longer than they are', async () => {
    await addClient(service, { clientId: 'brief', secret: 'brief' });
    const { access_token: token } = await shopPair();
    const status = async () => (await introspect(token, basic('brief', 'brief'))).status;
    expect(await status()).toBe(200);
    await service.change(`UPDATE gatehouse.clients SET is_active = false WHERE client_id = 'brief'`);
    expect(await status()).toBe(401);
    await service.change(`UPDATE gatehouse.clients SET is_active = true WHERE client_id = 'brief'`);
    expect(await status()).toBe(200);
    await service.change(`DELETE FROM gatehouse.client_secrets WHERE client_id = 'brief'`);
    expect(await status()).toBe(401);
  });

  it('RFC 6749 §3.2: takes forms in the body only, each parameter once', async () => {
    const headers = basic(SHOP.clientId, SHOP.secret);
    for (const answer of [
      await service.ask('/introspect', { form: {}, headers }),
      await service.ask('/introspect', { form: 'token=a&token=b', headers }),
      await service.ask('/introspect', { json: { token: 'x' }, headers }),
    ]) {
      expect([answer.status, answer.json.error]).toEqual([400, 'invalid_request']);
    }
    expect((await service.ask('/introspect?token=x', { headers })).status).toBe(404);
  });
});

describe('audiences', () => {
  it('RFC 9700 §2.3: a token for an application is refused at the service’s own routes', async () => {
    const { access_token: token } = await shopPair('admin');
    expect((await asShop(token)).json.active).toBe(true);
    for (const path of ['/users/me', '/userinfo', '/tokens', '/finance/data']) {
      const answer = await service.ask(path, { token });
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
    }
    const other = await service.ask('/introspect', { form: { token }, token });
    expect(other.status).toBe(401);
  });

  it('RFC 8725 §3.9: a token that says another audience than its row is no token of ours', async () => {
    const { access_token: token } = await shopPair();
    const { active } = service.app.get(SigningKeysService, { strict: false });
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const input = `${token.split('.')[0]}.${encode({ ...claimsOf(token), aud: 'http://gatehouse.test' })}`;
    const forged = `${input}.${sign('sha256', Buffer.from(input), active.privateKey).toString('base64url')}`;
    expect((await service.ask('/users/me', { token: forged })).status).toBe(401);
    expectInactive(await asShop(forged));
  });
});

describe('one kind of token used as another', () => {
  it('RFC 8725 §3.12: a refresh token is no bearer token, and an access token doesn’t refresh', async () => {
    const pair = await pairFor(service, 'frank');
    expect((await service.ask('/users/me', { token: pair.refresh_token })).status).toBe(401);
    const { status, json } = await service.ask('/token', {
      form: { grant_type: 'refresh_token', refresh_token: pair.access_token },
    });
    expect([status, json.error]).toEqual([400, 'invalid_grant']);
  });

  it('an HMAC over the claims by the client’s secret is nothing', async () => {
    const { access_token: token } = await shopPair();
    const head = Buffer.from('{"typ":"at+jwt","alg":"HS256"}').toString('base64url');
    const input = `${head}.${token.split('.')[1]}`;
    expectInactive(await asShop(`${input}.${createHmac('sha256', SHOP.secret).update(input).digest('base64url')}`));
  });
});

describe('GET /users/me and GET /userinfo', () => {
  it('tell who the caller is, and never a hash', async () => {
    const token = await service.login('frank');
    const me = await service.ask('/users/me', { token });
    expect(me.json).toEqual({
      id: claimsOf(token).sub,
      kind: 'user',
      username: 'frank',
      email: null,
      pendingEmail: null,
      mustChangePassword: false,
      name: expect.any(String),
      description: '',
      isActive: true,
      isVerified: true,
      source: 'local',
      groups: ['finance'],
      roles: [],
      permissions: claimsOf(token).permissions,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      lastLoginAt: expect.any(String),
    });
    const narrow = await service.login('frank', 'finance:read');
    expect((await service.ask('/userinfo', { token: narrow })).json).toMatchObject({
      sub: claimsOf(token).sub,
      preferred_username: 'frank',
      permissions: ['finance:read'],
    });
  });
});
