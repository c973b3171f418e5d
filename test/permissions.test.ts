import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FirstStart } from '../src/server/first-start/first-start.service.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { giveRole } from './support/roles.js';

let service: TestEnvironment;
let admin: string;
let clerk: string;

beforeAll(async () => {
  service = await createTestEnvironment();
  admin = await service.login('admin');
  await giveRole(service, 'pat', 'permission-clerk', ['permissions:*', 'shop:*']);
  clerk = await service.login('pat');
});
afterAll(() => service.close());

const ask = (path: string, method: string, json?: object, token = admin, headers?: Record<string, string>) =>
  service.ask(path, { method, token, ...(json && { json }), ...(headers && { headers }) });

describe('/permissions', () => {
  it('makes, shows, describes and deletes a permission, and says so in the audit', async () => {
    const { status, json, headers } = await ask('/permissions', 'POST', { name: 'shop:read' }, clerk);
    expect([status, headers.get('location')]).toEqual([201, '/permissions/shop%3Aread']);
    expect(json).toMatchObject({
      name: 'shop:read',
      description: '',
      managed: false,
      declaredBy: null,
      withdrawnAt: null,
    });
    const { etag } = Object.fromEntries((await ask('/permissions/shop:read', 'GET')).headers);
    const changed = await ask('/permissions/shop:read', 'PATCH', { description: 'Look' }, clerk, { 'if-match': etag! });
    expect(changed.json.description).toBe('Look');
    expect((await ask('/permissions/shop:read', 'DELETE', undefined, clerk, { 'if-match': etag! })).status).toBe(412);
    expect((await ask('/permissions/shop:read', 'DELETE', undefined, clerk)).status).toBe(204);
    const events = await service.database.query(
      `SELECT kind FROM gatehouse.audit_events WHERE target_id = 'shop:read' ORDER BY id`,
    );
    expect(events).toEqual([
      { kind: 'permission.created' },
      { kind: 'permission.updated' },
      { kind: 'permission.deleted' },
    ]);
  });

  it('names the field of what it refuses, and leaves alone what is declared in code', async () => {
    const taken = await ask('/permissions', 'POST', { name: 'finance:read' });
    expect([taken.status, taken.json.errors[0].path]).toEqual([409, 'name']);
    for (const name of ['read', 'Shop:read', 'shop:*', '*', '', 'shop:re ad']) {
      const { status, json } = await ask('/permissions', 'POST', { name });
      expect([status, json.errors[0].path], name).toEqual([400, 'name']);
    }
    expect((await ask('/permissions/finance:read', 'PATCH', { description: 'x' })).status).toBe(409);
    expect((await ask('/permissions/finance:read', 'DELETE')).status).toBe(409);
    expect((await ask('/permissions/finance:nothing', 'GET')).status).toBe(404);
  });

  it('of 20 parallel permissions of one name lets one be made', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ask('/permissions', 'POST', { name: 'shop:twin' })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
  });

  it('deleted, goes from the roles that name it, and comes back to none', async () => {
    await ask('/permissions', 'POST', { name: 'shop:sell' });
    await ask('/roles', 'POST', { name: 'seller', permissions: ['shop:sell', 'finance:read'] });
    // The role would lose it, and grants what the clerk doesn't hold.
    expect((await ask('/permissions/shop:sell', 'DELETE', undefined, clerk)).status).toBe(403);
    expect((await ask('/permissions/shop:sell', 'DELETE')).status).toBe(204);
    await ask('/permissions', 'POST', { name: 'shop:sell' });
    expect((await ask('/roles/seller', 'GET')).json.permissions).toEqual(['finance:read']);
  });
});

describe('declared in code', () => {
  const start = () => service.app.get(FirstStart, { strict: false }).run();

  it('what vanishes is marked and stays with those who hold it; what comes back is managed again', async () => {
    await service.change(
      `INSERT INTO gatehouse.permissions (name, description, managed) VALUES ('gone:read', 'Once', true)`,
    );
    await service.change(
      `WITH role AS (INSERT INTO gatehouse.roles (name, name_key, managed) VALUES ('gone', 'gone', true) RETURNING id)
       INSERT INTO gatehouse.role_permissions SELECT id, 'gone:read' FROM role`,
    );
    await start();
    const permission = await ask('/permissions/gone:read', 'GET');
    expect(permission.json).toMatchObject({ managed: false, withdrawnAt: expect.any(String) });
    const role = await ask('/roles/gone', 'GET');
    expect(role.json).toMatchObject({ managed: false, permissions: ['gone:read'], withdrawnAt: expect.any(String) });
    await start();
    expect((await ask('/roles/gone', 'GET')).json).toEqual(role.json);
    expect((await ask('/roles/gone', 'DELETE')).status).toBe(204);
    expect((await ask('/permissions/gone:read', 'DELETE')).status).toBe(204);

    await service.change(
      `UPDATE gatehouse.permissions SET managed = false, withdrawn_at = now() WHERE name = 'finance:read'`,
    );
    await service.change(
      `UPDATE gatehouse.roles SET managed = false, withdrawn_at = now() WHERE name = 'administrator'`,
    );
    await start();
    expect((await ask('/permissions/finance:read', 'GET')).json).toMatchObject({ managed: true, withdrawnAt: null });
    expect((await ask('/roles/administrator', 'GET')).json).toMatchObject({ managed: true, withdrawnAt: null });
  });
});
