import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsersService } from '../src/server/users/users.service.js';
import { OPERATOR } from './support/actor.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { loggedIn, People, person } from './support/people.js';

let service: TestEnvironment;
let admin: People;

beforeAll(async () => {
  service = await createTestEnvironment();
  admin = new People(service, await service.login('admin'));
});
afterAll(() => service.close());

const NO_ID = '00000000-0000-4000-8000-000000000000';
const logIn = (username: string, password: string) => service.ask('/token', { form: { username, password } });
const auditOf = (id: string) =>
  service.database.query<{ kind: string; before: any; after: any; actor_username: string; target_name: string }[]>(
    'SELECT * FROM gatehouse.audit_events WHERE target_id = $1 ORDER BY id',
    [id],
  );
const pathsOf = ({ json }: { json: any }): string[] => json.errors.map(({ path }: { path: string }) => path);

describe('POST /users', () => {
  it('makes a person’s account, with its address', async () => {
    const { status, headers, json } = await admin.ask('', {
      json: {
        username: 'Ada',
        email: 'Ada@Example.com',
        name: 'Ada L.',
        description: 'Engines',
        groups: ['Finance'],
        roles: ['hr'],
        isVerified: true,
      },
    });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/users/${json.id}`);
    expect(json).toMatchObject({
      kind: 'user',
      username: 'Ada',
      email: 'Ada@Example.com',
      name: 'Ada L.',
      description: 'Engines',
      isActive: true,
      isVerified: true,
      source: 'local',
      groups: ['finance'],
      roles: ['hr'],
      lastLoginAt: null,
    });
    expect(json.permissions).toEqual(expect.arrayContaining(['account:self', 'finance:read', 'hr:read']));
    const read = await admin.ask(`/${json.id}`);
    expect([read.json, read.headers.get('etag')]).toEqual([json, headers.get('etag')]);
    expect(await auditOf(json.id)).toMatchObject([
      {
        kind: 'user.created',
        actor_username: 'admin',
        target_name: 'Ada',
        before: null,
        after: { groups: ['finance'] },
      },
    ]);
  });

  it('without a password lets nobody log in; with one the person, who is to change it', async () => {
    const { username, id } = await admin.make();
    for (const password of ['', 'null', 'undefined']) expect((await logIn(username, password)).status).toBe(400);
    const password = ' pässword with spaces ';
    const answer = await admin.patch(id, { password });
    expect(answer.status).toBe(200);
    expect((await logIn(username, password)).status).toBe(200);
    expect((await logIn(username, password.trim())).status).toBe(400);
    const [row] = await service.database.query('SELECT * FROM gatehouse.accounts WHERE id = $1', [id]);
    expect(row.must_change_password).toBe(true);
    const everything = [answer.text, JSON.stringify(await auditOf(id)), service.log.join('\n')].join('\n');
    for (const secret of [password, row.password_hash]) expect(everything).not.toContain(secret);
    expect(answer.text).not.toMatch(/hash|epoch/i);
    expect(await auditOf(id)).toContainEqual(
      expect.objectContaining({ kind: 'user.updated', after: expect.objectContaining({ passwordChanged: true }) }),
    );
  });

  it('names the field of what it doesn’t understand', async () => {
    const wrong: [object, string][] = [
      [{ username: undefined }, 'username'],
      [{ username: 'ada@example.com' }, 'username'],
      [{ username: 'zero\u200Bwidth' }, 'username'],
      [{ username: NO_ID }, 'username'],
      [{ email: undefined }, 'email'],
      [{ email: null }, 'email'],
      [{ email: 'nobody' }, 'email'],
      [{ email: 'zero\u200Bwidth@example.com' }, 'email'],
      [{ email: `${'x'.repeat(250)}@example.com` }, 'email'],
      [{ name: null }, 'name'],
      [{ name: 'two\nlines' }, 'name'],
      [{ password: 'short' }, 'password'],
      [{ password: 'x'.repeat(129) }, 'password'],
      [{ password: 'half a character \uD800' }, 'password'],
      [{ groups: 'finance' }, 'groups'],
      [{ roles: [1] }, 'roles'],
      [{ isActive: 'true' }, 'isActive'],
      [{ kind: 'service' }, 'kind'],
      [{ permissions: ['*'] }, 'permissions'],
      [{ passwordHash: 'x' }, 'passwordHash'],
    ];
    for (const [over, path] of wrong) {
      const answer = await admin.ask('', { json: person(over) });
      expect([answer.status, pathsOf(answer)[0]], JSON.stringify(over)).toEqual([400, path]);
      expect(answer.text).not.toContain('short');
    }
    const unknown = await admin.ask('', { json: person({ groups: ['finance', 'nobodies'], roles: ['none'] }) });
    expect([unknown.status, pathsOf(unknown)]).toEqual([422, ['groups.1', 'roles.0']]);
  });

  it('of 20 parallel accounts of one name and its twins makes one, and answers 409 to the others', async () => {
    const spellings = ['Twin', 'twin', 'ＴＷＩＮ', 'tWiN'];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => admin.ask('', { json: person({ username: spellings[at % 4] }) })),
    );
    const refused = answers.filter(({ status }) => status === 409);
    expect([answers.filter(({ status }) => status === 201).length, refused.length]).toEqual([1, 19]);
    for (const answer of refused) expect(pathsOf(answer)).toEqual(['username']);
    // What can't be seen is refused by the DTO; nor does it get past the database.
    const invisible = { username: 'tw\u200Bin', email: 'other@example.com' };
    const hidden = service.app.get(UsersService, { strict: false }).create(invisible, OPERATOR);
    await expect(hidden).rejects.toMatchObject({ code: 'conflict', errors: [{ path: 'username' }] });
    const rows = await service.database.query(`SELECT FROM gatehouse.accounts WHERE username_key = 'twin'`);
    expect(rows).toHaveLength(1);
  });

  it('of 20 parallel accounts of one mail address and its twins makes one', async () => {
    const spellings = [
      'mail-twin@example.com',
      'Mail-Twin@EXAMPLE.com',
      'ｍａｉｌ-twin@example.com',
      'mail-twin@Example.com',
    ];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => admin.ask('', { json: person({ email: spellings[at % 4] }) })),
    );
    const refused = answers.filter(({ status }) => status === 409);
    expect([answers.filter(({ status }) => status === 201).length, refused.length]).toEqual([1, 19]);
    for (const answer of refused) expect(pathsOf(answer)).toEqual(['email']);
    const rows = await service.database.query(
      `SELECT FROM gatehouse.accounts WHERE email_key = 'mail-twin@example.com'`,
    );
    expect(rows).toHaveLength(1);
  });
});

describe('PATCH /users/{id}', () => {
  it('replaces the fields that are named, and no others', async () => {
    const { id } = await admin.make({ name: 'Former', groups: ['hr'] });
    expect((await admin.patch(id, { roles: ['finance'] })).json).toMatchObject({
      name: 'Former',
      groups: ['hr'],
      roles: ['finance'],
    });
    expect((await admin.patch(id, { groups: [], roles: [] })).json.permissions).toEqual(['account:self']);
    expect((await admin.patch(id, { name: '', description: 'New' })).json).toMatchObject({
      name: '',
      description: 'New',
    });
    const taken = await admin.patch(id, { username: 'ＦＲＡＮＫ' });
    expect([taken.status, pathsOf(taken)]).toEqual([409, ['username']]);
    const events = await auditOf(id);
    expect(events.map(({ kind }) => kind)).toEqual([
      'user.created',
      ...Array.from({ length: 3 }, () => 'user.updated'),
    ]);
    expect(events[1]).toMatchObject({ before: { roles: [] }, after: { roles: ['finance'] } });
    expect(events[1]!.after).not.toHaveProperty('name');
  });

  it('another mail address is unverified, unless it is said to be verified', async () => {
    const { id, email } = await admin.make({ isVerified: true });
    expect((await admin.patch(id, { email })).json.isVerified).toBe(true);
    expect((await admin.patch(id, { email: `new-${email}` })).json.isVerified).toBe(false);
    expect((await admin.patch(id, { email, isVerified: true })).json.isVerified).toBe(true);
    const other = await admin.make();
    const taken = await admin.patch(id, { email: other.email.toUpperCase() });
    expect([taken.status, pathsOf(taken)]).toEqual([409, ['email']]);
  });

  it.each([
    ['another password', { password: 'another password' }],
    ['switching off', { isActive: false }],
  ])('%s ends all logins', async (_, change) => {
    const { id, token, refresh } = await loggedIn(service, admin);
    expect((await service.ask('/users/me', { token })).status).toBe(200);
    expect((await admin.patch(id, change)).status).toBe(200);
    expect((await service.ask('/users/me', { token })).status).toBe(401);
    const again = await service.ask('/token', { form: { grant_type: 'refresh_token', refresh_token: refresh } });
    expect(again.status).toBe(400);
  });
});

describe('DELETE /users/{id}', () => {
  it('deletes the account; one of the same name inherits nothing', async () => {
    const { id, username, password, token, refresh } = await loggedIn(service, admin, { groups: ['finance'] });
    expect((await admin.delete(id)).status).toBe(204);
    expect((await admin.ask(`/${id}`)).status).toBe(404);
    expect((await auditOf(id)).at(-1)).toMatchObject({ kind: 'user.deleted', before: { username }, after: null });
    const again = await admin.make({ username, email: `${username}@example.com` });
    expect(again.id).not.toBe(id);
    expect([again.groups, again.roles, again.permissions]).toEqual([[], [], ['account:self']]);
    expect((await service.ask('/users/me', { token })).status).toBe(401);
    const refreshed = await service.ask('/token', { form: { grant_type: 'refresh_token', refresh_token: refresh } });
    expect(refreshed.status).toBe(400);
    expect((await logIn(username, password)).status).toBe(400);
  });

  it('waits for a refresh that is under way, rather than for a deadlock', async () => {
    const { id } = await loggedIn(service, admin);
    const runner = service.database.createQueryRunner();
    await runner.startTransaction();
    // As rotate_refresh_token does: the session first, and the account by the foreign key of the new token.
    await runner.query('SELECT FROM gatehouse.sessions WHERE account_id = $1 FOR UPDATE', [id]);
    const deletion = admin.delete(id);
    await expect
      .poll(async () => {
        const [{ waits }] = await service.database.query(
          `SELECT count(*)::int AS waits FROM pg_locks JOIN pg_stat_activity USING (pid)
            WHERE NOT granted AND datname = current_database()`,
        );
        return waits;
      })
      .toBeGreaterThan(0);
    await runner.query(`SET LOCAL lock_timeout = '2s'`);
    await runner.query('SELECT FROM gatehouse.accounts WHERE id = $1 FOR KEY SHARE', [id]);
    await runner.commitTransaction();
    await runner.release();
    expect((await deletion).status).toBe(204);
  });

  it('answers 404 for a service account’s id, and for one that there isn’t', async () => {
    const token = await service.login('admin');
    const robot = await service.ask('/service-accounts', { token, json: { username: 'robot' } });
    for (const id of [robot.json.id, NO_ID]) {
      const answers = [await admin.ask(`/${id}`), await admin.patch(id, { name: 'x' }), await admin.delete(id)];
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    }
    expect((await admin.ask('/1')).status).toBe(400);
  });
});
