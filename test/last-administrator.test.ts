import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AdministrativeChanges } from '../src/server/rbac/administrative-changes.js';
import { OPERATOR } from './support/actor.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { idOf, loggedIn, People } from './support/people.js';

let service: TestEnvironment;
let token: string;
let admin: People;
let adminId: string;

beforeAll(async () => {
  service = await createTestEnvironment();
  token = await service.login('admin');
  admin = new People(service, token);
  adminId = idOf(token);
});
afterAll(() => service.close());

const administrators = async (): Promise<number> => {
  const { json } = await admin.ask('?role=administrator&isActive=true');
  return json.items.length;
};

describe('the last active administrator', () => {
  it.each([
    ['is not demoted', () => admin.patch(adminId, { groups: [] })],
    ['is not switched off', () => admin.patch(adminId, { isActive: false })],
    ['is not deleted', () => admin.delete(adminId)],
  ])('%s', async (_, attempt) => {
    // One that is switched off is none.
    const { id } = await admin.make({ groups: ['administrators'], isActive: false });
    const { status, json } = await attempt();
    expect([status, json.detail]).toEqual([409, expect.stringMatching(/administrator/)]);
    expect((await admin.ask(`/${adminId}`)).json).toMatchObject({ isActive: true, groups: ['administrators'] });
    await admin.delete(id);
  });

  it.each([
    ['the role is taken from their group', 'DELETE FROM gatehouse.group_roles'],
    ['the role is emptied', `DELETE FROM gatehouse.role_permissions WHERE pattern = '*'`],
    ['the group is deleted', `DELETE FROM gatehouse.groups WHERE name = 'administrators'`],
    ['the role is deleted', `DELETE FROM gatehouse.roles WHERE name = 'administrator'`],
  ])('stays when %s, whoever asks for it', async (_, sql) => {
    const act = service.app.get(AdministrativeChanges, { strict: false }).run(OPERATOR, async (change) => {
      await change.manager.query(sql);
      await change.record({ kind: 'role.updated', target: null });
    });
    await expect(act).rejects.toMatchObject({ code: 'conflict' });
    expect(await administrators()).toBe(1);
  });

  it('may go once there is another, of whichever way', async () => {
    const other = await loggedIn(service, admin, { roles: ['administrator'] });
    expect((await admin.patch(adminId, { groups: [] })).status).toBe(200);
    expect((await other.people.patch(other.id, { roles: [] })).status).toBe(409);
    expect((await other.people.patch(adminId, { groups: ['administrators'] })).status).toBe(200);
    expect((await admin.delete(other.id)).status).toBe(204);
  });

  it.each([
    ['demote each other', (people: People, id: string) => people.patch(id, { groups: [], roles: [] })],
    ['switch off each other', (people: People, id: string) => people.patch(id, { isActive: false })],
    ['delete each other', (people: People, id: string) => people.delete(id)],
    ['delete themselves', (people: People) => people.delete('me')],
  ])('of two who %s at the same time one remains', async (_, attempt) => {
    // The built-in one steps back meanwhile, by hand.
    const one = await loggedIn(service, admin, { groups: ['administrators'] });
    const other = await loggedIn(service, admin, { groups: ['administrators'] });
    await service.change('UPDATE gatehouse.accounts SET is_active = false WHERE id = $1', [adminId]);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => [attempt(one.people, other.id), attempt(other.people, one.id)]).flat(),
    );
    expect(answers.map(({ status }) => status)).toContain(answers.some(({ status }) => status === 204) ? 204 : 200);
    const [{ left }] = await service.database.query(
      `SELECT count(DISTINCT accounts.id)::int AS left FROM gatehouse.accounts
         JOIN gatehouse.account_groups ON account_id = accounts.id JOIN gatehouse.groups ON groups.id = group_id
        WHERE groups.name = 'administrators' AND is_active`,
    );
    expect(left).toBe(1);
    await service.change('UPDATE gatehouse.accounts SET is_active = true WHERE id = $1', [adminId]);
    token = await service.login('admin');
    admin = new People(service, token);
    for (const { id } of [one, other]) await admin.delete(id);
    expect(await administrators()).toBe(1);
  });
});
