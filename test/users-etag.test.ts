import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { People } from './support/people.js';

let service: TestEnvironment;
let admin: People;
let token: string;

beforeAll(async () => {
  service = await createTestEnvironment();
  token = await service.login('admin');
  admin = new People(service, token);
});
afterAll(() => service.close());

const tagOf = async (id: string) => (await admin.ask(`/${id}`)).headers.get('etag')!;

it('RFC 9110 §13.1.1: of two administrators who have read the same, the second is told', async () => {
  const { id } = await admin.make();
  const tag = await tagOf(id);
  const first = await admin.patch(id, { name: 'By the first' }, tag);
  expect(first.status).toBe(200);
  const second = await admin.patch(id, { name: 'By the second' }, tag);
  expect([second.status, second.json.title]).toEqual([412, 'Precondition Failed']);
  expect((await admin.delete(id, tag)).status).toBe(412);
  expect((await admin.ask(`/${id}`)).json.name).toBe('By the first');
  const now = first.headers.get('etag')!;
  expect(await tagOf(id)).toBe(now);
  expect((await admin.delete(id, now)).status).toBe(204);
  const events = await service.database.query(
    'SELECT kind FROM gatehouse.audit_events WHERE target_id = $1 ORDER BY id',
    [id],
  );
  expect(events.map(({ kind }: { kind: string }) => kind)).toEqual(['user.created', 'user.updated', 'user.deleted']);
});

it('RFC 9110 §13.1.1: of 20 at once who have read the same, one is heard', async () => {
  const { id } = await admin.make();
  const tag = await tagOf(id);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, at) => admin.patch(id, { name: `Number ${at}` }, tag)),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 412)).toHaveLength(19);
});

it('RFC 9110 §13.1.1: without a condition, or with *, or with one of several, the change is made', async () => {
  const { id } = await admin.make();
  expect((await admin.patch(id, { name: 'a' })).status).toBe(200);
  expect((await admin.patch(id, { name: 'b' }, '*')).status).toBe(200);
  expect((await admin.patch(id, { name: 'c' }, `"other", ${await tagOf(id)}`)).status).toBe(200);
  // A weak tag never matches (§13.1.1: the strong comparison).
  expect((await admin.patch(id, { name: 'd' }, `W/${await tagOf(id)}`)).status).toBe(412);
});

it('a login moves no tag, and neither does what a role comes to hold', async () => {
  const [{ id }] = await service.database.query(`SELECT id FROM gatehouse.accounts WHERE username = 'frank'`);
  const tag = await tagOf(id);
  await service.login('frank');
  await service.change(
    `INSERT INTO gatehouse.role_permissions (role_id, pattern) SELECT id, 'hr:read' FROM gatehouse.roles WHERE name = 'finance'`,
  );
  const { json, headers } = await admin.ask(`/${id}`);
  expect(json.permissions).toContain('hr:read');
  expect(json.lastLoginAt).not.toBeNull();
  expect(headers.get('etag')).toBe(tag);
});

it('service accounts are tagged alike', async () => {
  const made = await service.ask('/service-accounts', { token, json: { username: 'robot' } });
  const path = `/service-accounts/${made.json.id}`;
  const tag = made.headers.get('etag')!;
  expect((await service.ask(path, { token })).headers.get('etag')).toBe(tag);
  const patch = (name: string) =>
    service.ask(path, { method: 'PATCH', token, json: { name }, headers: { 'if-match': tag } });
  const first = await patch('first');
  expect([first.status, (await patch('second')).status]).toEqual([200, 412]);
  const remove = (ifMatch: string) => service.ask(path, { method: 'DELETE', token, headers: { 'if-match': ifMatch } });
  expect((await remove(tag)).status).toBe(412);
  expect((await remove(first.headers.get('etag')!)).status).toBe(204);
});
