import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { People } from './support/people.js';
import { queriesOf } from './support/queries.js';
import { giveRole } from './support/roles.js';

let service: TestEnvironment;
let token: string;
let admin: People;

beforeAll(async () => {
  service = await createTestEnvironment();
  token = await service.login('admin');
  admin = new People(service, token);
  await giveRole(service, 'pat', 'reader', ['finance:read']);
  await giveRole(service, 'maria', 'accountant', ['finance:*', 'hr:read']);
});
afterAll(() => service.close());

const NO_ID = '00000000-0000-4000-8000-000000000000';
const access = async (id: string, permission: string) =>
  (await admin.ask(`/${id}/access?permission=${permission}`)).json;
const check = (checks: unknown) => service.ask('/access/check', { token, json: { checks } });

describe('GET /users/{id}/permissions', () => {
  it('lists what the account holds, with the paths that give it', async () => {
    const { id, permissions } = await admin.make({ groups: ['finance'], roles: ['accountant', 'reader'] });
    const { status, json } = await admin.ask(`/${id}/permissions`);
    expect(status).toBe(200);
    expect(json.map(({ permission }: { permission: string }) => permission)).toEqual(permissions);
    const of = (name: string) => json.find(({ permission }: { permission: string }) => permission === name);
    expect(of('finance:read')).toEqual({
      permission: 'finance:read',
      description: expect.stringMatching(/\w/),
      paths: [
        { group: null, role: 'accountant', pattern: 'finance:*' },
        { group: null, role: 'reader', pattern: 'finance:read' },
        ...of('finance:read').paths.filter(({ group }: { group: string | null }) => group !== null),
      ],
    });
    expect(of('finance:read').paths).toContainEqual({ group: 'finance', role: 'finance', pattern: expect.any(String) });
    expect(of('hr:read').paths).toEqual([{ group: null, role: 'accountant', pattern: 'hr:read' }]);
    expect(of('account:self').paths).toEqual([]);
  });

  it('takes as many queries for many groups and roles as for none', async () => {
    await service.change(
      `WITH roles AS (INSERT INTO gatehouse.roles (name, name_key) SELECT 'many-' || n, 'many-' || n FROM generate_series(1, 60) n RETURNING id),
            groups AS (INSERT INTO gatehouse.groups (name, name_key) SELECT 'many-' || n, 'many-' || n FROM generate_series(1, 60) n RETURNING id),
            given AS (INSERT INTO gatehouse.role_permissions (role_id, pattern) SELECT id, 'marketing:*' FROM roles)
       INSERT INTO gatehouse.group_roles (group_id, role_id) SELECT groups.id, roles.id FROM groups, roles`,
    );
    const names = Array.from({ length: 60 }, (_, at) => `many-${at + 1}`);
    const none = await admin.make();
    const many = await admin.make({ groups: names, roles: names });
    for (const path of ['', '/permissions', '/access?permission=marketing:read']) {
      const [few, lots] = [
        await queriesOf(service, () => admin.ask(`/${none.id}${path}`)),
        await queriesOf(service, () => admin.ask(`/${many.id}${path}`)),
      ];
      expect(lots, path).toBe(few);
      expect(lots, path).toBeGreaterThan(0);
      expect(lots, path).toBeLessThanOrEqual(2);
    }
    const questions = (count: number) =>
      Array.from({ length: count }, () => ({ accountId: many.id, permission: 'hr:read' }));
    expect(await queriesOf(service, () => check(questions(100)))).toBe(
      await queriesOf(service, () => check(questions(1))),
    );
    expect((await admin.ask(`/${many.id}/permissions`)).json.at(-1).paths.length).toBeGreaterThan(0);
  });
});

describe('GET /users/{id}/access', () => {
  it('says why, in words for people', async () => {
    const { id } = await admin.make({ username: 'erin', groups: ['finance'], roles: ['accountant'] });
    expect(await access(id, 'hr:read')).toEqual({
      permission: 'hr:read',
      allowed: true,
      reason: 'erin has the role accountant, which grants hr:read.',
      paths: [{ group: null, role: 'accountant', pattern: 'hr:read' }],
    });
    expect((await access(id, 'finance:read')).reason).toMatch(
      /^erin has the role accountant, which grants finance:\*; is in /,
    );
    expect(await access(id, 'account:self')).toMatchObject({
      allowed: true,
      reason: expect.stringMatching(/^Everybody/),
    });
    const no = await access(id, 'keys:read');
    expect([no.allowed, no.paths]).toEqual([false, []]);
    expect(no.reason).toBe('erin doesn’t hold keys:read. The role administrator would give it.');
    expect(await access(id, 'no:such')).toMatchObject({ allowed: false, reason: 'There is no permission no:such.' });
    await admin.patch(id, { isActive: false });
    const off = await access(id, 'hr:read');
    expect([off.allowed, off.paths.length]).toEqual([false, 1]);
    expect(off.reason).toMatch(/^The account erin is switched off/);
  });

  it('says no to a permission that there isn’t, also of who may do everything', async () => {
    const { items } = (await admin.ask('?q=admin')).json;
    expect(await access(items[0].id, 'no:such')).toMatchObject({ allowed: false });
    expect(await access(items[0].id, 'keys:read')).toMatchObject({ allowed: true });
  });

  it('refuses what is no permission’s name, and an account that there isn’t', async () => {
    const { id } = await admin.make();
    for (const query of [
      '',
      '?permission=',
      '?permission=*',
      '?permission=finance:*',
      '?permission=a:b&permission=c:d',
    ]) {
      const { status, json } = await admin.ask(`/${id}/access${query}`);
      expect([status, json.errors[0].path], query).toEqual([400, 'permission']);
    }
    expect((await admin.ask(`/${NO_ID}/access?permission=hr:read`)).status).toBe(404);
    expect((await admin.ask(`/${NO_ID}/permissions`)).status).toBe(404);
  });

  it('answers about service accounts at their own address', async () => {
    const { json } = await service.ask('/service-accounts', { token, json: { username: 'robot', roles: ['reader'] } });
    const ask = (path: string) => service.ask(`/service-accounts/${json.id}${path}`, { token });
    expect((await ask('/access?permission=finance:read')).json).toMatchObject({ allowed: true });
    expect((await ask('/permissions')).json).toHaveLength(2);
    expect((await admin.ask(`/${json.id}/permissions`)).status).toBe(404);
  });
});

describe('POST /access/check', () => {
  it('answers each question, in order, about people and services', async () => {
    const [pat] = (await admin.ask('?q=pat')).json.items;
    const robot = await service.ask('/service-accounts', { token, json: { username: 'bot', groups: ['hr'] } });
    const questions = [
      { accountId: pat.id.toUpperCase(), permission: 'finance:read' },
      { accountId: pat.id, permission: 'hr:read' },
      { accountId: robot.json.id, permission: 'hr:read' },
      { accountId: NO_ID, permission: 'hr:read' },
      { accountId: pat.id, permission: 'no:such' },
    ];
    const { status, json } = await check(questions);
    expect(status).toBe(200);
    expect(json.results.map(({ allowed }: { allowed: boolean }) => allowed)).toEqual([true, false, true, false, false]);
    expect(json.results).toMatchObject(questions);
    for (const { reason } of json.results) expect(reason).toMatch(/\.$/);
  });

  it('takes 1 to 100 questions, and access:check', async () => {
    const question = { accountId: NO_ID, permission: 'hr:read' };
    const wrong: [unknown, string][] = [
      [[], 'checks'],
      [Array.from({ length: 101 }, () => question), 'checks'],
      [undefined, 'checks'],
      [[{ ...question, accountId: 'x' }], 'checks.0.accountId'],
      [[question, { ...question, permission: '*' }], 'checks.1.permission'],
      [[{ ...question, more: 1 }], 'checks.0.more'],
      [[[]], 'checks'],
    ];
    for (const [checks, path] of wrong) {
      const { status, json } = await check(checks);
      expect([status, json.errors[0].path], path).toEqual([400, path]);
    }
    expect((await check(Array.from({ length: 100 }, () => question))).status).toBe(200);
    const pat = await service.login('pat');
    expect((await service.ask('/access/check', { token: pat, json: { checks: [question] } })).status).toBe(403);
  });
});
