import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { giveRole } from './support/roles.js';

let service: TestEnvironment;
let admin: string;
/** May change roles, and read finance. */
let clerk: string;

beforeAll(async () => {
  service = await createTestEnvironment();
  admin = await service.login('admin');
  await giveRole(service, 'pat', 'role-clerk', ['roles:*', 'groups:*', 'permissions:*', 'users:*', 'finance:read']);
  clerk = await service.login('pat');
});
afterAll(() => service.close());

const ask = (path: string, method: string, json?: object, token = admin, headers?: Record<string, string>) =>
  service.ask(path, { method, token, ...(json && { json }), ...(headers && { headers }) });
const make = async (name: string, permissions: string[], token = admin) => {
  const answer = await ask('/roles', 'POST', { name, permissions }, token);
  expect(answer.status, answer.text).toBe(201);
  return answer;
};
const auditOf = (name: string) =>
  service.database.query('SELECT kind, before, after FROM gatehouse.audit_events WHERE target_name = $1 ORDER BY id', [
    name,
  ]);

describe('/roles', () => {
  it('makes, shows, changes and deletes a role, and says so in the audit', async () => {
    const { json, headers } = await ask('/roles', 'POST', {
      name: 'Invoice clerk',
      description: 'Writes invoices',
      permissions: ['finance:read', 'hr:*'],
    });
    expect(headers.get('location')).toBe('/roles/Invoice%20clerk');
    expect(json).toMatchObject({
      name: 'Invoice clerk',
      description: 'Writes invoices',
      permissions: ['finance:read', 'hr:*'],
      managed: false,
      withdrawnAt: null,
    });
    expect((await ask('/roles/INVOICE%20CLERK', 'GET')).json).toEqual(json);
    const changed = await ask('/roles/invoice%20clerk', 'PATCH', { permissions: ['finance:read'] });
    expect(changed.json).toMatchObject({ description: 'Writes invoices', permissions: ['finance:read'] });
    expect((await ask('/roles/Invoice%20clerk', 'DELETE')).status).toBe(204);
    expect((await ask('/roles/Invoice%20clerk', 'GET')).status).toBe(404);
    expect(await auditOf('Invoice clerk')).toMatchObject([
      { kind: 'role.created', before: null, after: { permissions: ['finance:read', 'hr:*'] } },
      {
        kind: 'role.updated',
        before: { permissions: ['finance:read', 'hr:*'] },
        after: { permissions: ['finance:read'] },
      },
      { kind: 'role.deleted', before: { name: 'Invoice clerk' }, after: null },
    ]);
  });

  it('names the field of what it refuses', async () => {
    await make('taken', []);
    const taken = await ask('/roles', 'POST', { name: 'ＴＡＫＥＮ' });
    expect([taken.status, taken.json.errors[0].path]).toEqual([409, 'name']);
    const unknown = await ask('/roles', 'POST', { name: 'odd', permissions: ['finance:read', 'no:such'] });
    expect([unknown.status, unknown.json.errors]).toEqual([
      422,
      [{ path: 'permissions.1', message: 'There is no permission no:such.' }],
    ]);
    await make('holds one', ['finance:read']);
    const changed = await ask('/roles/holds%20one', 'PATCH', { permissions: ['finance:read', 'no:such'] });
    expect([changed.status, changed.json.errors[0].path]).toEqual([422, 'permissions.1']);
    for (const name of ['', ' x', 'x ', 'a\u200Bb', '-x', 'x'.repeat(101), 3, null]) {
      const { status, json } = await ask('/roles', 'POST', { name });
      expect([status, json.errors[0].path], String(name)).toEqual([400, 'name']);
    }
    expect((await ask('/roles', 'POST', { name: 'x', managed: true })).status).toBe(400);
    expect((await ask('/roles?sort=description', 'GET')).status).toBe(400);
  });

  it('of 20 parallel roles of one name lets one be made, whatever the spelling', async () => {
    const spellings = ['Twin', 'TWIN', 'ｔｗｉｎ', 'twin'];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => ask('/roles', 'POST', { name: spellings[index % 4] })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
  });

  it('lists by keyset, searches and sorts', async () => {
    for (const name of ['zz-1', 'zz-2', 'zz-3']) await make(name, []);
    const first = await ask('/roles?q=ZZ-&limit=2&sort=-name', 'GET');
    expect(first.json.items.map(({ name }: { name: string }) => name)).toEqual(['zz-3', 'zz-2']);
    const rest = await ask(`/roles?q=ZZ-&limit=2&sort=-name&cursor=${first.json.nextCursor}`, 'GET');
    expect(rest.json).toMatchObject({ items: [{ name: 'zz-1' }], nextCursor: null });
  });

  it('RFC 9110 §13.1.1: tells the second of two who have read the same', async () => {
    await make('shared', []);
    const etag = (await ask('/roles/shared', 'GET')).headers.get('etag')!;
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    const first = await ask('/roles/shared', 'PATCH', { description: 'one' }, admin, { 'if-match': etag });
    expect(first.status).toBe(200);
    for (const [method, json] of [
      ['PATCH', { description: 'two' }],
      ['DELETE', undefined],
    ] as const) {
      expect((await ask('/roles/shared', method, json, admin, { 'if-match': etag })).status).toBe(412);
    }
    const present = first.headers.get('etag')!;
    expect((await ask('/roles/shared', 'GET')).headers.get('etag')).toBe(present);
    expect((await ask('/roles/shared', 'DELETE', undefined, admin, { 'if-match': `"x", ${present}` })).status).toBe(
      204,
    );
  });

  it('leaves alone what is declared in code, but says so', async () => {
    expect((await ask('/roles/administrator', 'GET')).json).toMatchObject({ managed: true, permissions: ['*'] });
    for (const [method, json] of [
      ['PATCH', { permissions: [] }],
      ['DELETE', undefined],
    ] as const) {
      const { status, json: problem } = await ask('/roles/administrator', method, json);
      expect(status).toBe(409);
      expect(problem.detail).toContain('declared in code');
    }
  });

  it('counts at once, for tokens that are out', async () => {
    await make('reader', ['finance:read']);
    await service.change(
      `INSERT INTO gatehouse.account_roles SELECT a.id, r.id FROM gatehouse.accounts a, gatehouse.roles r
        WHERE a.username = 'maria' AND r.name = 'reader'`,
    );
    const maria = await service.login('maria');
    expect((await service.ask('/finance/data', { token: maria })).status).toBe(200);
    await ask('/roles/reader', 'PATCH', { permissions: [] });
    expect((await service.ask('/finance/data', { token: maria })).status).toBe(403);
  });
});

describe('no way up by a role', () => {
  it('what it grants must be held, by the token that asks', async () => {
    await make('fine', ['finance:read'], clerk);
    for (const pattern of ['finance:*', '*', 'hr:read']) {
      expect((await ask('/roles', 'POST', { name: `up ${pattern}`, permissions: [pattern] }, clerk)).status).toBe(403);
      expect((await ask('/roles/fine', 'PATCH', { permissions: [pattern] }, clerk)).status).toBe(403);
    }
    expect((await ask('/roles/fine', 'GET')).json.permissions).toEqual(['finance:read']);
    const narrowed = await service.login('admin', 'roles:write');
    expect((await ask('/roles/fine', 'PATCH', { permissions: ['hr:read'] }, narrowed)).status).toBe(403);
  });

  it('one’s own can’t be widened, and a mightier one neither changed nor deleted', async () => {
    expect((await ask('/roles/role-clerk', 'PATCH', { permissions: ['*'] }, clerk)).status).toBe(403);
    await make('mighty', ['hr:*']);
    for (const [method, json] of [
      ['PATCH', { permissions: [] }],
      ['PATCH', { description: 'x' }],
      ['DELETE', undefined],
    ] as const) {
      expect((await ask('/roles/mighty', method, json, clerk)).status, method).toBe(403);
    }
  });

  it('a deleted role, made anew, is held by nobody', async () => {
    await make('phoenix', ['finance:read']);
    await service.change(
      `INSERT INTO gatehouse.account_roles SELECT a.id, r.id FROM gatehouse.accounts a, gatehouse.roles r
        WHERE a.username = 'maria' AND r.name = 'phoenix'`,
    );
    const maria = await service.login('maria');
    expect((await service.ask('/finance/data', { token: maria })).status).toBe(200);
    await ask('/roles/phoenix', 'DELETE');
    await make('phoenix', ['finance:read']);
    expect((await service.ask('/finance/data', { token: maria })).status).toBe(403);
  });

  it('of a right that is taken from the actor meanwhile nothing is given: 20 at once', async () => {
    await giveRole(service, 'frank', 'short-lived', ['roles:write', 'hr:read']);
    const frank = await service.login('frank');
    const answers = await Promise.all([
      ...Array.from({ length: 10 }, (_, index) =>
        ask('/roles', 'POST', { name: `late-${index}`, permissions: ['hr:read'] }, frank),
      ),
      ask('/roles/short-lived', 'DELETE'),
      ...Array.from({ length: 9 }, (_, index) =>
        ask('/roles', 'POST', { name: `later-${index}`, permissions: ['hr:read'] }, frank),
      ),
    ]);
    const order = await service.database.query<{ kind: string; name: string }[]>(
      `SELECT kind, target_name AS name FROM gatehouse.audit_events
        WHERE target_name LIKE 'late%' OR target_name = 'short-lived' ORDER BY id`,
    );
    // Whatever was made was made before; nothing after.
    expect(order.at(-1)).toEqual({ kind: 'role.deleted', name: 'short-lived' });
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(order.length - 1);
  });
});
