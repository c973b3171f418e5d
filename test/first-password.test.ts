import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RouteInventory, type Route } from '../src/access/index.js';
import { PASSWORD_CHANGE_REQUIRED } from '../src/policy/index.js';
import { connect, type ConnectedClient } from './support/connected.js';
import { createTestEnvironment, type Answer, type TestEnvironment } from './support/environment.js';
import { startApplication, type GuardedApplication } from './support/guarded-applications.js';
import { basic, claimsOf } from './support/oauth.js';
import { freePort } from './support/postgres-server.js';
import { giveRole } from './support/roles.js';

const NEW = 'plum kettle under seven bridges';

let service: TestEnvironment;
let routes: readonly Route[];

beforeAll(async () => {
  service = await createTestEnvironment({ env: { REQUIRE_PASSWORD_CHANGE: 'on' }, port: await freePort() });
  routes = service.app.get(RouteInventory).routes;
});
afterAll(() => service.close());

/** The route with something of the right form in the place of its parameters. */
const ask = ({ method, path }: Route, token: string): Promise<Answer> =>
  service.ask(path.replaceAll(/:\w+/g, '00000000-0000-4000-8000-000000000000'), { method, token });
const change = (token: string, currentPassword: string, newPassword = NEW): Promise<Answer> =>
  service.ask('/users/me/password', { token, json: { currentPassword, newPassword } });
const isRefusal = ({ status, json }: Answer): boolean => status === 403 && json?.type === PASSWORD_CHANGE_REQUIRED;
/** As if an administrator had set the password, or had not; no login ends. */
const flag = (username: string, must: boolean): Promise<void> =>
  service.change('UPDATE gatehouse.accounts SET must_change_password = $2 WHERE username = $1', [username, must]);

describe('ASVS 6.4.1: a password that somebody else has set', () => {
  it('opens nothing but one’s own account, and says so', async () => {
    const token = await service.login('admin');
    for (const route of routes) {
      const name = `${route.method} ${route.path}`;
      const isOwn = route.path === '/users/me' || route.path.startsWith('/users/me/');
      expect(route.beforePasswordChange, name).toBe(isOwn || route.access === 'public');
      const answer = await ask(route, token);
      expect(isRefusal(answer), `${name}: ${answer.status}`).toBe(!isOwn && route.access !== 'public');
    }
    const { json, headers } = await service.ask('/users', { token });
    expect(json).toMatchObject({
      title: 'Forbidden',
      status: 403,
      detail: expect.stringContaining('POST /users/me/password'),
    });
    expect(headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope"');
    expect(json.type).toMatch(/password-change-required$/);
    expect((await service.ask('/users/me', { token })).json).toMatchObject({
      mustChangePassword: true,
      groups: ['administrators'],
    });
  });

  it('is told to nobody at /token', async () => {
    const logIn = () =>
      service.ask('/token', { form: { username: 'heidi', password: service.passwords.get('heidi')! } });
    const before = await logIn();
    await flag('heidi', false);
    const after = await logIn();
    await flag('heidi', true);
    const shapeOf = ({ status, json }: Answer) => [
      status,
      Object.keys(json),
      json.scope,
      Object.keys(claimsOf(json.access_token)),
    ];
    expect(shapeOf(before)).toEqual(shapeOf(after));
  });

  it('is changed by its owner, and the same token is good for everything then', async () => {
    const token = await service.login('maria');
    expect(isRefusal(await service.ask('/marketing/data', { token }))).toBe(true);
    expect((await change(token, service.passwords.get('maria')!)).status).toBe(204);
    expect((await service.ask('/marketing/data', { token })).status).toBe(200);
    expect((await service.ask('/users/me', { token })).json.mustChangePassword).toBe(false);
  });

  it('is changed with a token for one’s own account alone, and with no other that is narrowed', async () => {
    const own = await service.login('pat', 'account:self');
    const other = await service.login('frank', 'finance:read');
    expect((await change(other, service.passwords.get('frank')!)).status).toBe(403);
    expect((await service.ask('/users/me/sessions', { token: other })).status).toBe(200);
    expect((await change(own, service.passwords.get('pat')!)).status).toBe(204);
  });

  it('asks about no tokens by its rights, and shows none at its own', async () => {
    await giveRole(service, 'heidi', 'introspector', ['tokens:introspect']);
    const token = await service.login('heidi');
    expect((await service.ask('/introspect', { token, form: { token } })).status).toBe(401);
    await flag('heidi', false);
    expect((await service.ask('/introspect', { token, form: { token } })).json).toMatchObject({ active: true });
    await flag('heidi', true);
  });

  it('is one again when an administrator sets it', async () => {
    const token = await service.login('maria').catch(() => undefined);
    expect(token).toBeUndefined();
    const [{ id }] = await service.database.query(`SELECT id FROM gatehouse.accounts WHERE username = 'maria'`);
    const admin = await service.login('admin');
    await flag('admin', false);
    const set = 'set by an administrator';
    expect((await service.ask(`/users/${id}`, { method: 'PATCH', token: admin, json: { password: set } })).status).toBe(
      200,
    );
    await flag('admin', true);
    const { json } = await service.ask('/token', { form: { username: 'maria', password: set } });
    expect(isRefusal(await service.ask('/marketing/data', { token: json.access_token }))).toBe(true);
    expect((await change(json.access_token, set)).status).toBe(204);
    expect((await service.ask('/marketing/data', { token: json.access_token })).status).toBe(200);
  });
});

describe('at a connected application, a password that somebody else has set', () => {
  let shop: ConnectedClient;
  const open: GuardedApplication[] = [];

  /** A token of frank's for the shop. */
  async function tokenForShop(): Promise<string> {
    const form = {
      username: 'frank',
      password: service.passwords.get('frank')!,
      resource: shop.audience,
    };
    const { status, json, text } = await service.ask('/token', { form });
    expect(status, text).toBe(200);
    return json.access_token;
  }

  beforeAll(async () => {
    await flag('admin', false);
    shop = await connect(service, 'shop');
    for (const framework of ['Express', 'Nest on Fastify'] as const) {
      const { clientId, clientSecret, audience } = shop;
      open.push(await startApplication(framework, { issuer: service.url, clientId, clientSecret, audience }));
    }
    await giveRole(service, 'frank', 'customer', ['shop:orders:read']);
  });
  afterAll(() => Promise.all(open.map((application) => application.close())));

  it('lets nobody in, and says why', async () => {
    const token = await tokenForShop();
    const headers = { authorization: `Bearer ${token}` };
    for (const { url } of open) {
      const refused = await fetch(`${url}/orders`, { headers });
      expect([refused.status, ((await refused.json()) as { type: string }).type]).toEqual([
        403,
        PASSWORD_CHANGE_REQUIRED,
      ]);
      expect(await (await fetch(url, { headers })).text()).toBe('user');
    }
  });

  it('lets them in without another login when it has become their own', async () => {
    const token = await tokenForShop();
    const orders = (url: string) => fetch(`${url}/orders`, { headers: { authorization: `Bearer ${token}` } });
    for (const { url } of open) expect((await orders(url)).status).toBe(403);
    await flag('frank', false);
    for (const { url } of open) {
      await expect.poll(async () => (await orders(url)).status, { interval: 20, timeout: 2_000 }).toBe(200);
    }
    await flag('frank', true);
    for (const { url } of open) {
      await expect.poll(async () => (await orders(url)).status, { interval: 20, timeout: 2_000 }).toBe(403);
    }
  });

  it('RFC 7662 §2.2: is an inactive token to one that doesn’t know of such passwords', async () => {
    const token = await tokenForShop();
    const headers = basic(shop.clientId, shop.clientSecret);
    const introspect = (more = {}) => service.ask('/introspect', { headers, form: { token, ...more } });
    expect((await introspect()).text).toBe('{"active":false}');
    expect((await introspect({ understands: 'something else' })).text).toBe('{"active":false}');
    const told = await introspect({ understands: 'password_change_required' });
    expect(told.json).toMatchObject({ active: true, password_change_required: true, groups: [], roles: [] });
    expect(told.json.permissions).not.toContain('shop:orders:read');
    await flag('frank', false);
    expect((await introspect()).json).toMatchObject({ active: true, groups: ['finance'] });
    expect((await introspect()).json).not.toHaveProperty('password_change_required');
    await flag('frank', true);
  });
});
