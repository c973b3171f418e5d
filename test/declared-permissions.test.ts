import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeclaredAccessSync } from '../src/server/rbac/declared-access.sync.js';
import { connect, tokenOf, type ConnectedClient } from './support/connected.js';
import { createTestEnvironment, type Answer, type TestEnvironment } from './support/environment.js';
import { EventReader } from './support/event-reader.js';
import { basic } from './support/oauth.js';
import { createTestDatabase, type TestDatabase } from './support/postgres.js';
import { giveRole } from './support/roles.js';
import { PATIENTLY } from './support/patience.js';

let database: TestDatabase;
let service: TestEnvironment;
let other: TestEnvironment;
let shop: ConnectedClient;
let stock: ConnectedClient;
let token: string;

beforeAll(async () => {
  database = await createTestDatabase();
  service = await createTestEnvironment({ databaseUrl: database.url });
  other = await createTestEnvironment({ databaseUrl: database.url });
  shop = await connect(service, 'shop');
  stock = await connect(service, 'stock', ['stock', 'shop']);
  await giveRole(service, 'frank', 'shopkeepers', ['shop:*']);
});
beforeEach(async () => {
  token = await tokenOf(service, shop);
  await declare([]);
  await service.change(`DELETE FROM gatehouse.permissions WHERE name ~ '^(shop|stock):'`);
});
afterAll(async () => {
  await service.close();
  await other.close();
  await database.drop();
});

const permission = (name: string, description = `may ${name}`) => ({ name, description });
const declare = (permissions: unknown, as = token): Promise<Answer> =>
  service.ask('/permissions/declared', { method: 'PUT', token: as, json: { permissions } });
const rows = (): Promise<Record<string, unknown>[]> =>
  service.database.query(
    `SELECT name, description, managed, declared_by, withdrawn_at IS NOT NULL AS withdrawn FROM gatehouse.permissions
      WHERE name ~ '^(shop|stock):' ORDER BY name`,
  );
const named = async (): Promise<unknown[]> => (await rows()).map(({ name }) => name);

describe('PUT /permissions/declared', () => {
  it('replaces what the client declared before; what it no longer names is marked, and not deleted', async () => {
    expect((await declare([permission('shop:read'), permission('shop:orders:read')])).status).toBe(200);
    const { status, json } = await declare([permission('shop:read', 'See the shop'), permission('shop:sell')]);
    expect(status).toBe(200);
    expect(json).toEqual({
      permissions: [permission('shop:read', 'See the shop'), permission('shop:sell')],
      withdrawn: ['shop:orders:read'],
    });
    const declared = { managed: true, declared_by: shop.clientId, withdrawn: false };
    expect(await rows()).toEqual([
      { ...permission('shop:orders:read'), managed: false, declared_by: shop.clientId, withdrawn: true },
      { ...permission('shop:read', 'See the shop'), ...declared },
      { ...permission('shop:sell'), ...declared },
    ]);
    await declare([permission('shop:orders:read')]);
    expect((await rows())[0]).toMatchObject({ name: 'shop:orders:read', ...declared });
  });

  it('what is declared counts at once and at every instance: in patterns, scopes and the metadata', async () => {
    const shopToken = async (at: TestEnvironment) =>
      (
        await at.ask('/token', {
          form: { username: 'frank', password: service.passwords.get('frank')!, resource: shop.audience },
        })
      ).json.access_token as string;
    const known = await shopToken(service);
    const introspect = (at: TestEnvironment) =>
      at.ask('/introspect', { form: { token: known }, headers: basic(shop.clientId, shop.clientSecret) });
    // That an earlier one was taken back is news for the other one too.
    for (const at of [service, other]) {
      await vi.waitFor(
        async () => expect((await introspect(at)).json.permissions).not.toContain('shop:read'),
        PATIENTLY,
      );
    }
    await declare([permission('shop:read')]);
    expect((await introspect(service)).json.permissions).toContain('shop:read');
    await vi.waitFor(async () => expect((await introspect(other)).json.permissions).toContain('shop:read'), PATIENTLY);
    for (const at of [service, other]) {
      const { scopes_supported: scopes } = (await at.ask('/.well-known/oauth-authorization-server')).json;
      expect(scopes).toContain('shop:read');
    }
    const narrowed = await service.ask('/token', {
      form: { username: 'frank', password: service.passwords.get('frank')!, scope: 'shop:read' },
    });
    expect([narrowed.status, narrowed.json.scope]).toEqual([200, 'shop:read']);
  });

  it('declaring the same again writes nothing, and nobody hears of it', async () => {
    await declare([permission('shop:read'), permission('shop:sell')]);
    const stateOf = () => service.database.query('SELECT name, xmin::text FROM gatehouse.permissions ORDER BY name');
    const latest = () => service.database.query('SELECT max(position) FROM gatehouse.changes');
    const before = [await stateOf(), await latest()];
    expect((await declare([permission('shop:sell'), permission('shop:read')])).status).toBe(200);
    expect([await stateOf(), await latest()]).toEqual(before);
    // A description is in nobody's rights either.
    await declare([permission('shop:sell', 'Sell'), permission('shop:read')]);
    expect(await latest()).toEqual(before[1]);
  });

  it('each stream hears of a name that is new', async () => {
    const reader = await EventReader.open(other.url, token);
    await reader.next('opened');
    await declare([permission('shop:read')]);
    expect((await reader.next('drop')).data.drops).toContainEqual(['rbac', 'shop:read']);
    reader.close();
  });

  it.each([
    ['outside of the client’s areas', 'finance:shop', 'permissionPrefixes: shop:*'],
    ['only alike to the client’s areas', 'shopping:read', 'permissionPrefixes: shop:*'],
  ])('a name %s is a conflict that names the field, and changes nothing', async (_, name, said) => {
    const { status, headers, json } = await declare([permission('shop:read'), permission(name)]);
    expect(status).toBe(409);
    expect(headers.get('content-type')).toMatch('application/problem+json');
    expect(json.errors).toEqual([{ path: 'permissions.1.name', message: expect.stringContaining(said) }]);
    expect(json.detail).toContain(name);
    expect(await named()).toEqual([]);
  });

  it('a name that another client declares is a conflict, until that one withdraws it or is gone', async () => {
    await declare([permission('shop:read')]);
    const stockToken = await tokenOf(service, stock);
    const refused = await declare([permission('stock:read'), permission('shop:read', 'taken')], stockToken);
    expect(refused.status).toBe(409);
    expect(refused.json.errors).toEqual([
      { path: 'permissions.1.name', message: 'shop:read is declared by another client.' },
    ]);
    expect(refused.text).not.toContain(shop.clientId);
    expect(await rows()).toMatchObject([{ ...permission('shop:read'), declared_by: shop.clientId }]);
    await declare([]);
    expect((await declare([permission('shop:read')], stockToken)).status).toBe(200);
    expect((await declare([permission('shop:read')])).status).toBe(409);
  });

  it('a name that the service’s own code declares is a conflict, also for a client whose area it is', async () => {
    const greedy = await connect(service, 'greedy', ['finance', 'greedy']);
    const { status, json } = await declare(
      [permission('greedy:read'), permission('finance:read', 'Give me money')],
      await tokenOf(service, greedy),
    );
    expect(status).toBe(409);
    expect(json.errors).toEqual([
      { path: 'permissions.1.name', message: 'finance:read is declared by the service itself.' },
    ]);
    const found = await service.database.query(
      `SELECT description FROM gatehouse.permissions WHERE name IN ('greedy:read', 'finance:read')`,
    );
    expect(found).toEqual([{ description: expect.not.stringContaining('money') }]);
  });

  it('a name that an administrator has made becomes the client’s', async () => {
    await service.change(`INSERT INTO gatehouse.permissions (name, description) VALUES ('shop:read', 'by hand')`);
    expect((await declare([permission('shop:read')])).status).toBe(200);
    expect(await rows()).toMatchObject([{ managed: true, declared_by: shop.clientId }]);
  });

  it('the names of a client that is deleted are marked', async () => {
    const brief = await connect(service, 'brief', ['shop']);
    await declare([permission('shop:brief')], await tokenOf(service, brief));
    const admin = await service.login('admin');
    await service.ask(`/clients/${brief.clientId}`, { method: 'DELETE', token: admin });
    expect(await rows()).toMatchObject([{ name: 'shop:brief', managed: false, withdrawn: true }]);
    expect((await declare([permission('shop:brief')])).status).toBe(200);
  });

  it('code that declares the name takes it over at the next start', async () => {
    await declare([permission('shop:read')]);
    await service.change(
      `UPDATE gatehouse.permissions SET managed = false, declared_by = $1, withdrawn_at = now() WHERE name = 'finance:read'`,
      [shop.clientId],
    );
    const sync = service.app.get(DeclaredAccessSync, { strict: false });
    await service.database.transaction((manager) => sync.run(manager));
    const [row] = await service.database.query(
      `SELECT managed, declared_by, withdrawn_at FROM gatehouse.permissions WHERE name = 'finance:read'`,
    );
    expect(row).toEqual({ managed: true, declared_by: null, withdrawn_at: null });
    expect(await rows()).toMatchObject([{ name: 'shop:read', declared_by: shop.clientId }]);
  });

  it.each([
    ['a pattern', [permission('shop:*')]],
    ['a bare word', [permission('shop')]],
    ['capitals', [permission('shop:Read')]],
    ['one name twice', [permission('shop:read'), permission('shop:read')]],
    ['no description', [{ name: 'shop:read' }]],
    ['a description of two lines', [permission('shop:read', 'a\nb')]],
    ['something else', [{ ...permission('shop:read'), managed: false }]],
    ['null', [null]],
    ['no list', 'shop:read'],
  ])('%s is refused', async (_, permissions) => {
    const { status } = await declare(permissions);
    expect(status).toBe(400);
    expect(await named()).toEqual([]);
  });

  it('takes the permission, which the role connected-application holds', async () => {
    expect((await declare([], await service.login('frank'))).status).toBe(403);
    const [role] = await service.database.query(
      `SELECT managed, ARRAY(SELECT pattern FROM gatehouse.role_permissions WHERE role_id = id ORDER BY pattern) AS patterns
         FROM gatehouse.roles WHERE name = 'connected-application'`,
    );
    expect(role).toEqual({ managed: true, patterns: ['events:subscribe', 'permissions:declare'] });
  });

  it('an administrator who logs in by the first-party client declares nothing by it', async () => {
    expect((await declare([permission('shop:read')], await service.login('admin'))).status).toBe(409);
  });
});
