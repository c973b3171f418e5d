import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { giveRole } from './support/roles.js';

let service: TestEnvironment;
let admin: string;
/** May change groups, and read finance. */
let clerk: string;

beforeAll(async () => {
  service = await createTestEnvironment();
  admin = await service.login('admin');
  await giveRole(service, 'pat', 'group-clerk', ['groups:*', 'finance:read']);
  clerk = await service.login('pat');
  for (const [name, permissions] of [
    ['reader', ['finance:read']],
    ['mighty', ['hr:*']],
  ]) {
    await service.ask('/roles', { token: admin, json: { name, permissions } });
  }
});
afterAll(() => service.close());

const ask = (path: string, method: string, json?: object, token = admin, headers?: Record<string, string>) =>
  service.ask(path, { method, token, ...(json && { json }), ...(headers && { headers }) });

describe('/groups', () => {
  it('makes, shows, changes and deletes a group, and says so in the audit', async () => {
    const { status, json, headers } = await ask('/groups', 'POST', { name: 'Board', roles: ['READER', 'mighty'] });
    expect([status, headers.get('location')]).toEqual([201, '/groups/Board']);
    expect(json).toMatchObject({ name: 'Board', description: '', roles: ['mighty', 'reader'] });
    const etag = (await ask('/groups/board', 'GET')).headers.get('etag')!;
    const changed = await ask('/groups/board', 'PATCH', { roles: ['reader'] }, admin, { 'if-match': etag });
    expect(changed.json.roles).toEqual(['reader']);
    expect((await ask('/groups/board', 'DELETE', undefined, admin, { 'if-match': etag })).status).toBe(412);
    expect((await ask('/groups/board', 'DELETE')).status).toBe(204);
    expect((await ask('/groups/board', 'GET')).status).toBe(404);
    const events = await service.database.query(
      `SELECT kind, actor_username AS actor FROM gatehouse.audit_events WHERE target_name = 'Board' ORDER BY id`,
    );
    expect(events).toEqual([
      { kind: 'group.created', actor: 'admin' },
      { kind: 'group.updated', actor: 'admin' },
      { kind: 'group.deleted', actor: 'admin' },
    ]);
  });

  it('names the field of what it refuses', async () => {
    const unknown = await ask('/groups', 'POST', { name: 'odd', roles: ['reader', 'nothing'] });
    expect([unknown.status, unknown.json.errors]).toEqual([
      422,
      [{ path: 'roles.1', message: 'There is no role nothing.' }],
    ]);
    const taken = await ask('/groups', 'POST', { name: 'FINANCE' });
    expect([taken.status, taken.json.errors[0].path]).toEqual([409, 'name']);
    expect((await ask('/groups', 'POST', { name: 'x', members: [] })).status).toBe(400);
  });

  it('of 20 parallel groups of one name lets one be made, whatever the spelling', async () => {
    const spellings = ['Twin', 'TWIN', 'ｔｗｉｎ', 'twin'];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => ask('/groups', 'POST', { name: spellings[index % 4] })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
  });
});

describe('no way up by a group', () => {
  it('what its roles grant must be held, by the token that asks', async () => {
    expect((await ask('/groups', 'POST', { name: 'fine', roles: ['reader'] }, clerk)).status).toBe(201);
    for (const role of ['mighty', 'administrator']) {
      expect((await ask('/groups', 'POST', { name: `up ${role}`, roles: [role] }, clerk)).status).toBe(403);
      expect((await ask('/groups/fine', 'PATCH', { roles: ['reader', role] }, clerk)).status).toBe(403);
    }
    const narrowed = await service.login('admin', 'groups:write');
    expect((await ask('/groups/fine', 'PATCH', { roles: ['mighty'] }, narrowed)).status).toBe(403);
    expect((await ask('/groups/fine', 'GET')).json.roles).toEqual(['reader']);
  });

  it('a mightier one is neither changed, emptied nor deleted', async () => {
    for (const [method, json] of [
      ['PATCH', { roles: [] }],
      ['PATCH', { description: 'x' }],
      ['DELETE', undefined],
    ] as const) {
      expect((await ask('/groups/administrators', method, json, clerk)).status).toBe(403);
    }
  });

  it('the last administrator stays, by a group’s roles and by its end', async () => {
    for (const [method, json] of [
      ['PATCH', { roles: [] }],
      ['DELETE', undefined],
    ] as const) {
      const { status, json: problem } = await ask('/groups/administrators', method, json);
      expect([status, problem.detail]).toEqual([409, expect.stringContaining('Nobody would be left')]);
    }
    expect((await ask('/groups/administrators', 'GET')).json.roles).toEqual(['administrator']);
  });
});
