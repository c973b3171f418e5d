import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DomainEvent } from '../src/server/domain-events/domain-event.js';
import { DomainEvents } from '../src/server/domain-events/domain-events.js';
import { eventsOf } from './support/audit.js';
import { createTestEnvironment, type Answer, type TestEnvironment } from './support/environment.js';
import { QueuedMails } from './support/mails.js';
import { loggedIn, People, person } from './support/people.js';

let service: TestEnvironment;
let admin: People;
let mails: QueuedMails;
const told: DomainEvent[] = [];
beforeAll(async () => {
  service = await createTestEnvironment();
  admin = new People(service, await service.login('admin'));
  mails = await QueuedMails.watch(service);
  service.app.get(DomainEvents, { strict: false }).listen({ handle: (event) => void told.push(event) });
});
afterAll(() => service?.close());

async function somebody(over: object = {}) {
  const { username, email } = person() as { username: string; email: string };
  return { ...(await loggedIn(service, admin, { username, email, isVerified: true, ...over })), email };
}

const toldOf = (id: string, type: DomainEvent['type']): DomainEvent[] =>
  told.filter((event) => event.type === type && 'account' in event && event.account.id === id);
const me = async (token: string): Promise<any> => (await service.ask('/users/me', { token })).json;
const patch = (token: string, json: object): Promise<Answer> =>
  service.ask('/users/me', { method: 'PATCH', token, json });
const remove = (token: string): Promise<Answer> => service.ask('/users/me', { method: 'DELETE', token });
const verify = (token: string): Promise<Answer> => service.ask('/auth/verify', { json: { token } });
const grow = (id: string, sql = `interval '16 minutes'`): Promise<void> =>
  service.change(`UPDATE gatehouse.sessions SET created_at = now() - ${sql} WHERE account_id = $1`, [id]);
const RECENT = 'urn:gatehouse:problem:recent-login-required';

describe('one’s own account', () => {
  it('is changed: user name, name, description', async () => {
    const { id, token, username } = await somebody();
    const changes = { username: `${username}-new`, name: 'Ann Archer', description: 'Accounting' };
    let answer: Answer | undefined;
    const events = await eventsOf(service, async () => void (answer = await patch(token, changes)));
    expect([answer!.status, answer!.json]).toMatchObject([200, { id, ...changes, pendingEmail: null }]);
    expect(await me(token)).toEqual(answer!.json);
    expect(events).toMatchObject([
      { kind: 'user.updated', actor: { id }, target: { id }, before: { username, name: '' }, after: changes },
    ]);
    expect(toldOf(id, 'UserUpdated')).toMatchObject([
      { account: { id, username: changes.username }, changed: ['username', 'name', 'description'] },
    ]);
  });

  it('leaves no trace where nothing changes', async () => {
    const { token, username } = await somebody({ name: 'Bea' });
    const events = await eventsOf(service, () => patch(token, { username, name: 'Bea' }));
    expect(events).toEqual([]);
  });

  it.each([
    [{ groups: ['administrators'] }],
    [{ roles: ['administrator'] }],
    [{ isVerified: true }],
    [{ isActive: false }],
    [{ source: 'ldap' }],
    [{ password: 'another password' }],
    [{ pendingEmail: 'x@example.com' }],
    [{ mustChangePassword: false }],
  ])('OWASP API3: isn’t changed by %j', async (json) => {
    const { token } = await somebody();
    const before = await me(token);
    expect((await patch(token, json)).status).toBe(400);
    expect(await me(token)).toEqual(before);
  });

  it('doesn’t get a user name that somebody else has, in whatever spelling', async () => {
    const { token } = await somebody();
    const { status, json } = await patch(token, { username: 'ＡＤＭＩＮ' });
    expect([status, json.errors[0].path]).toEqual([409, 'username']);
  });

  it('needs account:self, which a narrowed token must name', async () => {
    const { username, password } = await somebody({ groups: ['finance'] });
    const narrowed = async (scope: string): Promise<string> =>
      (await service.ask('/token', { form: { username, password, scope } })).json.access_token;
    const little = await narrowed('finance:read');
    for (const answer of [await patch(little, { name: 'x' }), await remove(little)]) expect(answer.status).toBe(403);
    const own = await narrowed('account:self');
    expect([(await patch(own, { name: 'x' })).status, (await remove(own)).status]).toEqual([200, 204]);
  });

  it('of a service account isn’t its own to change', async () => {
    const token = await service.login('admin');
    const { json: robot } = await service.ask('/service-accounts', { token, json: { username: 'own-robot' } });
    const { json: made } = await service.ask(`/service-accounts/${robot.id}/tokens`, { token, json: { name: 'x' } });
    expect((await patch(made.token, { name: 'x' })).status).toBe(403);
    expect((await remove(made.token)).status).toBe(403);
    expect((await service.ask('/users/me', { token: made.token })).status).toBe(200);
  });

  it('that comes from elsewhere keeps what it has from there', async () => {
    const { id, token, username } = await somebody();
    await service.change(
      `UPDATE gatehouse.accounts SET source = 'ldap', password_hash = NULL, must_change_password = false WHERE id = $1`,
      [id],
    );
    for (const json of [{ username: 'other-name' }, { name: 'Other' }, { email: 'other@example.com' }]) {
      const { status, json: problem } = await patch(token, json);
      expect([status, problem.detail]).toEqual([409, 'The account comes from ldap. Change it there.']);
    }
    expect((await patch(token, { username, description: 'Mine' })).json.description).toBe('Mine');
  });
});

describe('another mail address', () => {
  it('takes effect when it is verified, and the former one is told before and after', async () => {
    const { id, token, email } = await somebody();
    const wanted = `new-${email}`;
    const { status, json } = await patch(token, { email: wanted });
    expect([status, json.email, json.pendingEmail]).toEqual([200, email, wanted]);
    expect(await mails.to(wanted)).toMatchObject([{ kind: 'verify-email', accountId: id }]);
    expect(await mails.to(email)).toMatchObject([{ kind: 'email-change-requested', data: { newEmail: wanted } }]);
    const reset = async () => service.ask('/auth/forgot-password', { json: { email: wanted } });
    await reset();
    expect(await mails.kindsTo(wanted)).toEqual(['verify-email']);
    const events = await eventsOf(service, async () => verify(await mails.tokenFor(wanted, 'verify-email')));
    expect(await me(token)).toMatchObject({ email: wanted, pendingEmail: null, isVerified: true });
    expect(await mails.kindsTo(email)).toEqual(['email-change-requested', 'email-changed']);
    expect(events).toMatchObject([
      { kind: 'user.email-changed', target: { id }, before: { email }, after: { email: wanted } },
    ]);
    expect(toldOf(id, 'EmailChanged')).toMatchObject([{ account: { id, email: wanted }, formerEmail: email }]);
  });

  it('is told to a former one that nobody had verified without a word that somebody chose', async () => {
    const { token, email } = await somebody({ isVerified: false });
    await patch(token, { email: `words-${email}` });
    await verify(await mails.tokenFor(`words-${email}`, 'verify-email'));
    const [requested, changed] = (await mails.to(email)).slice(-2);
    expect(requested).toMatchObject({ kind: 'email-change-requested', data: {} });
    expect(changed).toMatchObject({ kind: 'email-changed', accountId: null, data: {} });
    expect(JSON.stringify([requested, changed])).not.toContain('words-');
  });

  it('is taken back by the present one, and replaced by a third', async () => {
    const { token, email } = await somebody();
    await patch(token, { email: `first-${email}` });
    const first = await mails.tokenFor(`first-${email}`, 'verify-email');
    await patch(token, { email: `second-${email}` });
    expect((await verify(first)).status).toBe(400);
    const second = await mails.tokenFor(`second-${email}`, 'verify-email');
    expect((await patch(token, { email })).json.pendingEmail).toBeNull();
    expect((await verify(second)).status).toBe(400);
    expect(await me(token)).toMatchObject({ email, pendingEmail: null, isVerified: true });
  });

  it('ASVS 6.3.1: takes no more wrong passwords than a login does', async () => {
    const { token, email, username, password } = await somebody();
    const guess = (): Promise<Answer> => patch(token, { email: `x-${email}`, currentPassword: 'wrong' });
    for (let free = 5; free > 0; free--) expect((await guess()).status).toBe(400);
    const { status, headers } = await guess();
    expect([status, Number(headers.get('retry-after'))]).toEqual([429, expect.any(Number)]);
    // One count for both, so that nobody gets more guesses by going round.
    expect((await service.ask('/token', { form: { username, password } })).status).toBe(429);
  });

  it('ASVS 7.5.1: needs a recent login, or the password', async () => {
    const { id, token, email, password } = await somebody();
    await grow(id);
    const refused = await patch(token, { email: `x-${email}` });
    expect([refused.status, refused.json.type]).toEqual([403, RECENT]);
    expect(refused.headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_user_authentication", max_age="900"',
    );
    expect((await me(token)).pendingEmail).toBeNull();
    const wrong = await patch(token, { email: `x-${email}`, currentPassword: 'wrong' });
    expect([wrong.status, wrong.json.errors[0].path]).toEqual([400, 'currentPassword']);
    expect((await patch(token, { email: `x-${email}`, currentPassword: password })).json.pendingEmail).toBe(
      `x-${email}`,
    );
    // Everything else, and taking it back, does without.
    expect((await patch(token, { email, name: 'Ann' })).status).toBe(200);
  });

  it('a refresh makes no login recent', async () => {
    const { id, refresh, email } = await somebody();
    await grow(id);
    const { json } = await service.ask('/token', { form: { grant_type: 'refresh_token', refresh_token: refresh } });
    expect((await patch(json.access_token, { email: `x-${email}` })).status).toBe(403);
  });

  it('ASVS 6.3.8: that somebody else has gets the same answer, and they are told', async () => {
    const other = await somebody();
    const { token, email } = await somebody();
    const shown = (answer: Answer, wanted: string): string =>
      JSON.stringify({ ...answer.json, updatedAt: null }).replaceAll(wanted, 'WANTED') + answer.status;
    const free = await patch(token, { email: `free-${email}` });
    const taken = await patch(token, { email: other.email.toUpperCase() });
    expect(shown(taken, other.email.toUpperCase())).toBe(shown(free, `free-${email}`));
    expect(await mails.kindsTo(other.email)).toEqual(['already-registered']);
    expect(await mails.kindsTo(other.email.toUpperCase())).toEqual([]);
  });

  it('that somebody else took meanwhile is refused with a sentence, and all stays as it was', async () => {
    const { token, email } = await somebody();
    await patch(token, { email: `wanted-${email}` });
    await admin.make({ email: `WANTED-${email}` });
    const { status, json } = await verify(await mails.tokenFor(`wanted-${email}`, 'verify-email'));
    expect([status, json.errors[0].path]).toEqual([409, 'email']);
    expect(await me(token)).toMatchObject({ email, isVerified: true });
  });

  it.each([
    [
      'a new password',
      async (email: string) => {
        await service.ask('/auth/forgot-password', { json: { email } });
        const token = await mails.tokenFor(email, 'reset-password');
        expect(
          (await service.ask('/auth/reset-password', { json: { token, password: 'another password of mine' } })).status,
        ).toBe(204);
      },
    ],
    [
      'another mail address by an administrator',
      async (email: string, id: string) => {
        await admin.patch(id, { email: `admin-${email}` });
      },
    ],
  ])('that a thief asked for is gone with %s', async (_, act) => {
    const { id, token, email } = await somebody();
    await patch(token, { email: `thief-${email}` });
    const link = await mails.tokenFor(`thief-${email}`, 'verify-email');
    await act(email, id);
    expect((await verify(link)).status).toBe(400);
    await expect(mails.tokenFor(`thief-${email}`, 'verify-email')).rejects.toThrow(/no link/);
  });

  it('kills links that were sent to the former one', async () => {
    const { token, email } = await somebody();
    await service.ask('/auth/forgot-password', { json: { email } });
    const reset = await mails.tokenFor(email, 'reset-password');
    await patch(token, { email: `new-${email}` });
    await verify(await mails.tokenFor(`new-${email}`, 'verify-email'));
    const { status } = await service.ask('/auth/reset-password', {
      json: { token: reset, password: 'one more password' },
    });
    expect(status).toBe(400);
  });
});

describe('what a thief has under way when the owner locks them out', () => {
  it.each([
    ['another mail address', (token: string, email: string) => patch(token, { email: `thief-${email}` })],
    ['the deletion of the account', remove],
  ])('dies with their login: %s', async (_, act) => {
    const { id, token, email } = await somebody();
    const hand = new pg.Client({ connectionString: service.settings.databaseUrl! });
    await hand.connect();
    await hand.query('BEGIN');
    await hand.query('UPDATE gatehouse.accounts SET epoch = epoch + 1, pending_email = NULL WHERE id = $1', [id]);
    const asked = act(token, email);
    const waiting = `SELECT FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))`;
    await expect.poll(async () => (await hand.query(waiting)).rowCount, { timeout: 10_000 }).toBe(1);
    await hand.query('COMMIT');
    await hand.end();
    expect((await asked).status).toBe(401);
    expect((await admin.ask(`/${id}`)).json).toMatchObject({ id, email });
    expect(await mails.to(`thief-${email}`)).toEqual([]);
    expect(await mails.to(email)).toEqual([]);
  });
});

describe('deleting one’s own account', () => {
  it('ends all logins, and leaves nothing to whoever comes after', async () => {
    const { id, username, password, token, refresh } = await somebody({ groups: ['finance'] });
    const events = await eventsOf(service, async () => expect((await remove(token)).status).toBe(204));
    expect((await service.ask('/users/me', { token })).status).toBe(401);
    expect(
      (await service.ask('/token', { form: { grant_type: 'refresh_token', refresh_token: refresh } })).status,
    ).toBe(400);
    expect((await service.ask('/token', { form: { username, password } })).status).toBe(400);
    expect((await admin.ask(`/${id}`)).status).toBe(404);
    expect(events).toMatchObject([{ kind: 'user.deleted', actor: { id }, target: { id, name: username } }]);
    expect(toldOf(id, 'UserDeleted')).toHaveLength(1);
  });

  it('ASVS 7.5.1: needs a recent login', async () => {
    const { id, token } = await somebody();
    await grow(id);
    const { status, json } = await remove(token);
    expect([status, json.type]).toEqual([403, RECENT]);
    expect((await me(token)).id).toBe(id);
  });

  it('isn’t for the last administrator, and for all others, whatever a narrowed token holds', async () => {
    const first = await remove(await service.login('admin'));
    expect([first.status, first.json.detail]).toEqual([409, expect.stringMatching(/administrator/)]);
    const { username, password } = await somebody({ groups: ['administrators'] });
    const { json } = await service.ask('/token', { form: { username, password, scope: 'account:self' } });
    expect((await remove(json.access_token)).status).toBe(204);
  });

  it('of 10 at once one does it, beside refreshes', async () => {
    const { token, refresh } = await somebody();
    const answers = await Promise.all([
      ...Array.from({ length: 10 }, () => remove(token)),
      ...Array.from({ length: 10 }, () =>
        service.ask('/token', { form: { grant_type: 'refresh_token', refresh_token: refresh } }),
      ),
    ]);
    expect(answers.slice(0, 10).filter(({ status }) => status === 204)).toHaveLength(1);
    for (const { status, text } of answers) expect(status, text).toBeLessThan(500);
  });
});
