import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { idOf, loggedIn, People, person } from './support/people.js';
import { giveRole } from './support/roles.js';

let service: TestEnvironment;
let token: string;
let admin: People;

beforeAll(async () => {
  service = await createTestEnvironment();
  token = await service.login('admin');
  admin = new People(service, token);
  await giveRole(service, 'pat', 'user-keeper', ['users:*', 'finance:read']);
  await giveRole(service, 'maria', 'reader-of-finance', ['finance:read']);
});
afterAll(() => service.close());

let keeper: { who: string; id: string; people: People };
let narrowed: { who: string; id: string; people: People };
beforeEach(async () => {
  const pat = await service.login('pat');
  keeper = { who: 'a keeper of users', id: idOf(pat), people: new People(service, pat) };
  const little = await service.login('admin', 'users:write users:read finance:read');
  narrowed = { who: 'a narrowed administrator', id: idOf(little), people: new People(service, little) };
});

const BEYOND: [what: string, over: object][] = [
  ['the group of administrators', { groups: ['administrators'] }],
  ['the role of administrators', { roles: ['administrator'] }],
  ['a group that holds more', { groups: ['finance'] }],
  ['a role that holds more', { roles: ['hr'] }],
];

describe('nobody gets further up', () => {
  it.each(BEYOND)('by giving themselves %s', async (_, over) => {
    for (const { who, id, people } of [keeper, narrowed]) {
      const before = (await admin.ask(`/${id}`)).json;
      const { status, json } = await people.patch(id, over);
      expect(status, who).toBe(403);
      expect(json.detail).toMatch(/in force/);
      expect((await admin.ask(`/${id}`)).json).toEqual(before);
    }
  });

  it.each(BEYOND)('by giving another %s', async (_, over) => {
    for (const { who, people } of [keeper, narrowed]) {
      const { id } = await people.make();
      expect((await people.patch(id, over)).status, who).toBe(403);
      expect((await people.ask('', { json: person(over) })).status, who).toBe(403);
      expect((await admin.ask(`/${id}`)).json.permissions).toEqual(['account:self']);
    }
  });

  it('and everybody may give what is in force for them', async () => {
    for (const { people } of [keeper, narrowed]) {
      const { permissions } = await people.make({ roles: ['reader-of-finance'] });
      expect(permissions).toContain('finance:read');
    }
  });

  it.each([
    ['setting its password', (people: People, id: string) => people.patch(id, { password: 'a new password' })],
    [
      'having a link for a new one mailed',
      (people: People, id: string) => people.ask(`/${id}/reset-password`, { method: 'POST' }),
    ],
    ['changing its mail address', (people: People, id: string) => people.patch(id, { email: 'me@example.com' })],
    ['renaming it', (people: People, id: string) => people.patch(id, { username: 'somebody-else' })],
    ['switching it off', (people: People, id: string) => people.patch(id, { isActive: false })],
    ['taking its groups', (people: People, id: string) => people.patch(id, { groups: [] })],
    ['changing nothing', (people: People, id: string) => people.patch(id, {})],
    ['ending its logins', (people: People, id: string) => people.ask(`/${id}/sessions`, { method: 'DELETE' })],
    ['unblocking its logins', (people: People, id: string) => people.ask(`/${id}/login-block`, { method: 'DELETE' })],
    ['deleting it', (people: People, id: string) => people.delete(id)],
  ])('nor over a mightier account by %s', async (_, attempt) => {
    const mightier = await loggedIn(service, admin, { groups: ['administrators'] });
    const before = (await admin.ask(`/${mightier.id}`)).json;
    for (const { who, people } of [keeper, narrowed]) {
      expect((await attempt(people, mightier.id)).status, who).toBe(403);
    }
    expect((await admin.ask(`/${mightier.id}`)).json).toEqual(before);
    expect((await service.ask('/users/me', { token: mightier.token })).status).toBe(200);
    const events = await service.database.query(
      `SELECT kind FROM gatehouse.audit_events WHERE target_id = $1 AND kind NOT IN ('user.created', 'login.succeeded')`,
      [mightier.id],
    );
    expect(events).toEqual([]);
  });

  it('by a role that they lost while the request waited', async () => {
    const runner = service.database.createQueryRunner();
    await runner.startTransaction();
    await runner.query('SELECT FROM gatehouse.rbac FOR UPDATE');
    const { id } = await service.database
      .query(`SELECT id FROM gatehouse.roles WHERE name = 'user-keeper'`)
      .then(([row]: { id: string }[]) => row!);
    const waiting = keeper.people.ask('', { json: person({ roles: ['reader-of-finance'] }) });
    await expect
      .poll(async () => {
        const [{ waits }] = await service.database.query(
          `SELECT count(*)::int AS waits FROM pg_locks JOIN pg_stat_activity USING (pid)
            WHERE NOT granted AND datname = current_database()`,
        );
        return waits;
      })
      .toBeGreaterThan(0);
    await runner.query('DELETE FROM gatehouse.role_permissions WHERE role_id = $1 AND pattern = $2', [
      id,
      'finance:read',
    ]);
    await runner.commitTransaction();
    await runner.release();
    expect((await waiting).status).toBe(403);
  });
});

it('nobody gets further up by 20 requests at once while the role that lets them is deleted', async () => {
  await giveRole(service, 'frank', 'short-lived', ['users:*', 'hr:read']);
  await giveRole(service, 'maria', 'reader-of-hr', ['hr:read']);
  const frank = await service.login('frank');
  const people = new People(service, frank);
  const others = await Promise.all(Array.from({ length: 18 }, () => admin.make()));
  const give = (id: string) => people.patch(id, { roles: ['reader-of-hr'] });
  const answers = await Promise.all([
    ...others.slice(0, 9).map(({ id }) => give(id)),
    service.ask('/roles/short-lived', { method: 'DELETE', token }),
    give(idOf(frank)),
    ...others.slice(9).map(({ id }) => give(id)),
  ]);
  const order = await service.database.query<{ kind: string }[]>(
    `SELECT kind FROM gatehouse.audit_events WHERE actor_id = $1 AND kind = 'user.updated' OR target_name = 'short-lived'
      ORDER BY id`,
    [idOf(frank)],
  );
  // Whatever was given was given before; nothing after.
  expect(order.at(-1)).toEqual({ kind: 'role.deleted' });
  const given = answers.filter(({ status }) => status === 200);
  expect(given).toHaveLength(order.filter(({ kind }) => kind === 'user.updated').length);
  const { permissions } = (await admin.ask(`/${idOf(frank)}`)).json;
  // What frank still has by the role that was given in time may stay, and nothing else of the deleted one.
  expect(permissions).not.toContain('users:write');
  expect((await give(others[0].id)).status).toBe(403);
});

it('reading takes users:read, and writing users:write', async () => {
  const reader = new People(service, await service.login('admin', 'users:read'));
  const writer = new People(service, await service.login('admin', 'users:write'));
  const { id } = await admin.make();
  expect([(await reader.ask()).status, (await writer.ask()).status]).toEqual([200, 403]);
  expect([(await reader.ask(`/${id}`)).status, (await writer.ask(`/${id}`)).status]).toEqual([200, 403]);
  expect((await reader.patch(id, { name: 'x' })).status).toBe(403);
  expect((await reader.delete(id)).status).toBe(403);
  expect((await writer.delete(id)).status).toBe(204);
});
