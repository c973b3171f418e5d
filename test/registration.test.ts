import { Controller, Get, Module } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Protected } from '../src/access/index.js';
import { user } from '../src/policy/index.js';
import type { DomainEvent } from '../src/server/domain-events/domain-event.js';
import { DomainEvents } from '../src/server/domain-events/domain-events.js';
import { StartError } from '../src/server/start-error.js';
import { eventsOf } from './support/audit.js';
import { createTestEnvironment, type Answer, type TestEnvironment } from './support/environment.js';
import { QueuedMails } from './support/mails.js';
import { People } from './support/people.js';
import { createTestDatabase } from './support/postgres.js';
import { giveRole } from './support/roles.js';

const PASSWORD = 'correct horse battery';

/** A door that is open to whoever has a name. */
@Controller('notary')
class NotaryController {
  @Get()
  @Protected(user('notary'))
  sign(): string {
    return 'signed';
  }
}

@Module({ controllers: [NotaryController] })
class NotaryModule {}

let open: TestEnvironment;
let careful: TestEnvironment;
let mails: QueuedMails;
let carefulMails: QueuedMails;
beforeAll(async () => {
  const env = { REGISTRATION: 'open', REGISTRATION_GROUPS: 'marketing' };
  open = await createTestEnvironment({ env, modules: [NotaryModule] });
  careful = await createTestEnvironment({
    env: { REGISTRATION: 'example.com, example.org, strasse.example', REQUIRE_VERIFIED_EMAIL: 'on' },
  });
  mails = await QueuedMails.watch(open);
  carefulMails = await QueuedMails.watch(careful);
});
afterAll(async () => {
  await open?.close();
  await careful?.close();
});

const register = (service: TestEnvironment, json: object): Promise<Answer> =>
  service.ask('/auth/register', { json: { password: PASSWORD, ...json } });
const login = (service: TestEnvironment, username: string): Promise<Answer> =>
  service.ask('/token', { form: { username, password: PASSWORD } });
const accounts = (service: TestEnvironment, email: string): Promise<any[]> =>
  service.database.query('SELECT id, username, email FROM gatehouse.accounts WHERE email_key = lower($1)', [email]);

describe('who registers', () => {
  it('gets an account in the groups of the setting, and a mail that verifies the address', async () => {
    const person = { email: 'Ann@example.com', username: 'ann', name: 'Ann Archer' };
    const { status, json, headers } = await register(open, person);
    expect(status).toBe(201);
    expect(json).toEqual({
      email: 'Ann@example.com',
      verificationRequired: false,
      id: expect.any(String),
      username: 'ann',
    });
    expect([headers.get('location'), headers.get('cache-control')]).toEqual(['/users/me', 'no-store']);
    const { json: pair } = await login(open, 'ann@EXAMPLE.com');
    const { json: me } = await open.ask('/users/me', { token: pair.access_token });
    expect(me).toMatchObject({
      ...person,
      id: json.id,
      groups: ['marketing'],
      roles: [],
      isVerified: false,
      isActive: true,
    });
    expect(await mails.to('Ann@example.com')).toEqual([
      { kind: 'verify-email', to: 'Ann@example.com', accountId: json.id, data: {} },
    ]);
  });

  it('leaves an audit event, and modules are told', async () => {
    const told: DomainEvent[] = [];
    const stop = open.app.get(DomainEvents, { strict: false }).listen({ handle: (event) => void told.push(event) });
    const events = await eventsOf(open, () => register(open, { email: 'bea@example.com' }));
    stop();
    expect(events).toMatchObject([
      {
        kind: 'user.registered',
        actor: null,
        target: { type: 'user', name: 'bea' },
        after: { email: 'bea@example.com' },
      },
    ]);
    const registered = told.filter(({ type }) => type === 'UserRegistered');
    expect(registered).toMatchObject([{ account: { username: 'bea', email: 'bea@example.com' } }]);
    expect(JSON.stringify([events, told])).not.toContain(PASSWORD);
  });

  it.each([
    [{ groups: ['administrators'] }],
    [{ roles: ['administrator'] }],
    [{ isVerified: true }],
    [{ isActive: true }],
    [{ id: '5f0f7a53-3e4b-4c5e-9d1a-2b7c8d9e0f10' }],
    [{ source: 'ldap' }],
    [{ permissions: ['*'] }],
    [{ description: 'x' }],
  ])('OWASP API3: says nothing of %j', async (more) => {
    const { status, json } = await register(open, { email: 'mass@example.com', ...more });
    expect([status, json.errors[0].path]).toEqual([400, Object.keys(more)[0]]);
    expect(await accounts(open, 'mass@example.com')).toEqual([]);
  });

  it('is called after the mail address, and with a number where that is taken', async () => {
    const names = [];
    for (const domain of ['a.example', 'b.example', 'c.example']) {
      names.push((await register(open, { email: `carl+news@${domain}` })).json.username);
    }
    expect(names).toEqual(['carl', 'carl2', 'carl3']);
  });

  it('is told which field is taken, in whatever spelling', async () => {
    await register(open, { email: 'dora@example.com', username: 'dora' });
    const mail = await register(open, { email: 'ＤＯＲＡ@example.com', username: 'dora-too' });
    expect([mail.status, mail.json.errors[0].path]).toEqual([409, 'email']);
    const name = await register(open, { email: 'dora-too@example.com', username: 'DORA' });
    expect([name.status, name.json.errors[0].path]).toEqual([409, 'username']);
    expect(await mails.kindsTo('dora@example.com')).toEqual(['verify-email']);
  });

  it('doesn’t get a name that a route asks for: whoever had it may be gone, and the door still open', async () => {
    const { status, json } = await register(open, { email: 'evil@example.com', username: 'Notary' });
    expect([status, json.errors[0].path]).toEqual([409, 'username']);
    expect((await register(open, { email: 'notary@example.com' })).json.username).toBe('notary2');
  });

  it('issue F.8: of 20 at once with one mail address in different spellings, one gets an account', async () => {
    const spellings = ['eve@example.com', 'EVE@example.com', 'Eve@EXAMPLE.com', 'ｅve@example.com'];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => register(open, { email: spellings[index % 4]! })),
    );
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual([
      '201',
      ...Array.from({ length: 19 }, () => '409'),
    ]);
    expect(await accounts(open, 'eve@example.com')).toHaveLength(1);
  });

  it.each([
    ['72 bytes and one more', `${'x'.repeat(70)}éy`],
    ['a NUL', 'before\0after'],
    ['128 emoji', '🐙'.repeat(128)],
    ['spaces at both ends', '  between spaces  '],
  ])('ASVS 6.2.9: has the password verbatim: %s', async (what, password) => {
    const email = `verbatim-${what.replaceAll(' ', '-')}@example.com`;
    expect((await register(open, { email, password })).status).toBe(201);
    expect((await open.ask('/token', { form: { username: email, password } })).status).toBe(200);
    const near = [password.slice(0, -1), password.trim(), password.replace('\0', '')].filter((one) => one !== password);
    for (const other of near) {
      expect((await open.ask('/token', { form: { username: email, password: other } })).status).toBe(400);
    }
  });
});

describe('where registration is limited', () => {
  it('answers 403 where it is closed, which it is unless told', async () => {
    const closed = await createTestEnvironment();
    const { status, json, headers } = await register(closed, { email: 'gus@example.com' });
    expect([status, json.detail]).toEqual([403, expect.stringMatching(/administrator/)]);
    expect(headers.get('www-authenticate')).toBeNull();
    await closed.close();
  });

  it.each(['gus@elsewhere.example', 'gus@sub.example.com', 'gus@example.com.elsewhere.example', 'gus@straße.example'])(
    'refuses %s, of another domain',
    async (email) => {
      const { status, json } = await register(careful, { email });
      expect([status, json.errors[0].path]).toEqual([400, 'email']);
    },
  );

  it('takes a domain in any spelling', async () => {
    expect((await register(careful, { email: 'gus@EXAMPLE.Org' })).status).toBe(201);
  });
});

describe('where a mail address must be verified', () => {
  const said = ({ status, text }: Answer, { email, username }: { email: string; username?: string }): string =>
    `${status} ${text.replaceAll(email, 'EMAIL').replaceAll(username ?? '\0', 'NAME')}`;

  it('ASVS 6.3.8: a taken mail address and a taken user name get the answer that everything gets', async () => {
    const first = { email: 'hugo@example.com', username: 'hugo' };
    const made = await register(careful, first);
    expect(made.json).toEqual({ email: first.email, verificationRequired: true });
    const others = [
      { email: 'Hugo@example.com', username: 'hugo-too' },
      { email: 'hugo-too@example.com', username: 'HUGO' },
      { email: 'hugo@EXAMPLE.com', username: 'hugo' },
      { email: 'HUGO@example.com' },
    ];
    for (const other of others) expect(said(await register(careful, other), other)).toBe(said(made, first));
    expect(await carefulMails.kindsTo('hugo@example.com')).toEqual([
      'verify-email',
      'already-registered',
      'already-registered',
      'already-registered',
    ]);
    expect(await carefulMails.to('hugo-too@example.com')).toMatchObject([
      { kind: 'username-taken', accountId: null, data: { username: 'HUGO' } },
    ]);
    expect(await accounts(careful, 'hugo@example.com')).toHaveLength(1);
    expect(await accounts(careful, 'hugo-too@example.com')).toEqual([]);
  });

  it('a mail address of an account that is switched off, or comes from elsewhere, is no different', async () => {
    const admin = new People(careful, await careful.login('admin'));
    for (const [email, sql] of [
      ['off@example.com', 'is_active = false'],
      ['elsewhere@example.com', `source = 'ldap', password_hash = NULL, must_change_password = false`],
    ] as const) {
      const { id } = await admin.make({ email, password: PASSWORD });
      await careful.change(`UPDATE gatehouse.accounts SET ${sql} WHERE id = $1`, [id]);
      expect((await register(careful, { email })).json).toEqual({ email, verificationRequired: true });
      expect(await carefulMails.kindsTo(email)).toContain('already-registered');
    }
  });

  it('issue F.8: of 20 at once one gets an account, and all get the same answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        register(careful, { email: index % 2 ? 'ida@example.com' : 'IDA@example.com' }),
      ),
    );
    expect(new Set(answers.map(({ status, text }) => status + text.toLowerCase())).size).toBe(1);
    expect(await accounts(careful, 'ida@example.com')).toHaveLength(1);
  });

  it('nobody logs in before, and the answer is that to a wrong password', async () => {
    await register(careful, { email: 'jan@example.com', username: 'jan' });
    let right: Answer | undefined;
    const events = await eventsOf(careful, async () => void (right = await login(careful, 'jan')));
    const wrong = await careful.ask('/token', { form: { username: 'jan', password: 'something else' } });
    expect([right!.status, right!.text]).toEqual([wrong.status, wrong.text]);
    expect([right!.status, right!.json.error]).toEqual([400, 'invalid_grant']);
    expect(events).toMatchObject([{ kind: 'login.failed', target: { name: 'jan' }, after: { reason: 'unverified' } }]);
    const token = await carefulMails.tokenFor('jan@example.com', 'verify-email');
    expect((await careful.ask('/auth/verify', { json: { token } })).status).toBe(204);
    expect((await login(careful, 'jan')).status).toBe(200);
  });

  it('whoever was made by an administrator is asked to verify it, too, and again when it is changed', async () => {
    const admin = new People(careful, await careful.login('admin'));
    const { id, email } = await admin.make({ password: PASSWORD });
    expect(await carefulMails.kindsTo(email)).toEqual(['verify-email']);
    await admin.patch(id, { email: `new-${email}` });
    expect(await carefulMails.kindsTo(email)).toEqual(['verify-email', 'email-changed']);
    expect(await carefulMails.kindsTo(`new-${email}`)).toEqual(['verify-email']);
    // Those whose address is known to be theirs aren't bothered.
    const known = await admin.make({ password: PASSWORD, isVerified: true });
    expect(await carefulMails.kindsTo(known.email)).toEqual([]);
  });
});

describe('the groups of REGISTRATION_GROUPS', () => {
  it('must be there at the start, or be made by the first one', async () => {
    const env = { REGISTRATION: 'open', REGISTRATION_GROUPS: 'marketing, no-such' };
    await expect(createTestEnvironment({ env })).rejects.toThrow(/REGISTRATION_GROUPS names the group no-such/);
    await expect(createTestEnvironment({ env })).rejects.toBeInstanceOf(StartError);
  });

  it('must not grant everything, and a first start that fails for that has made nothing', async () => {
    const { url, drop } = await createTestDatabase();
    const announced: string[] = [];
    const start = (groups: string): Promise<TestEnvironment> =>
      createTestEnvironment({
        databaseUrl: url,
        env: { REGISTRATION: 'open', REGISTRATION_GROUPS: groups },
        announced: () => void announced.push(groups),
      });
    await expect(start('Administrators')).rejects.toThrow(/may do everything/);
    expect(announced).toEqual([]);
    const service = await start('finance');
    expect(announced).toEqual(['finance']);
    await service.close();
    await drop();
  });

  it('that is deleted later is left out, with a warning, and so is one that is given everything', async () => {
    const { url, drop } = await createTestDatabase();
    const env = { REGISTRATION: 'open', REGISTRATION_GROUPS: 'marketing,finance,hr' };
    const service = await createTestEnvironment({ databaseUrl: url, env });
    await giveRole(service, 'maria', 'all-mighty', ['*']);
    await service.change(`DELETE FROM gatehouse.groups WHERE name = 'finance'`);
    await service.change(
      `INSERT INTO gatehouse.group_roles SELECT groups.id, roles.id FROM gatehouse.groups, gatehouse.roles
        WHERE groups.name = 'hr' AND roles.name = 'all-mighty'`,
    );
    const { json } = await register(service, { email: 'kim@example.com' });
    const admin = new People(service, await service.login('admin'));
    expect((await admin.ask(`/${json.id}`)).json.groups).toEqual(['marketing']);
    await service.close();
    await drop();
  });
});
