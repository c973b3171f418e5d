import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LinkPurpose } from '../src/server/account-links/account-links.js';
import type { DomainEvent } from '../src/server/domain-events/domain-event.js';
import { DomainEvents } from '../src/server/domain-events/domain-events.js';
import { eventsOf } from './support/audit.js';
import { createTestEnvironment, type Answer, type TestEnvironment } from './support/environment.js';
import { linkFor, QueuedMails, tokenIn } from './support/mails.js';
import { loggedIn, People, person } from './support/people.js';

const NEW_PASSWORD = 'another horse battery';

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

interface Somebody {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly password: string;
  readonly token: string;
  readonly refresh: string;
}

/** Somebody who is logged in, and whose address is verified unless told otherwise. */
async function somebody(over: object = {}): Promise<Somebody> {
  const { username, email } = person() as { username: string; email: string };
  const { id, password, token, refresh } = await loggedIn(service, admin, {
    username,
    email,
    isVerified: true,
    ...over,
  });
  return { id, username, email, password, token, refresh };
}

const linkOf = async (purpose: LinkPurpose, { id, email }: { id: string; email: string }): Promise<string> =>
  tokenIn(await linkFor(service, purpose, id, email));
const forgot = (json: object, headers = {}): Promise<Answer> => service.ask('/auth/forgot-password', { json, headers });
const reset = (token: unknown, password: unknown = NEW_PASSWORD): Promise<Answer> =>
  service.ask('/auth/reset-password', { json: { token, password } });
const verify = (token: unknown): Promise<Answer> => service.ask('/auth/verify', { json: { token } });
const login = (username: string, password: string): Promise<Answer> =>
  service.ask('/token', { form: { username, password } });
const read = async ({ id }: { id: string }): Promise<any> => (await admin.ask(`/${id}`)).json;
const toldOf = (id: string): string[] =>
  told.flatMap((event) => ('account' in event && event.account.id === id ? [event.type] : []));

describe('who has forgotten the password', () => {
  it('need not wait for the wrong passwords that were typed before', async () => {
    const one = await somebody();
    for (let free = 5; free > 0; free--) expect((await login(one.username, 'wrong')).status).toBe(400);
    expect((await login(one.username, one.password)).status).toBe(429);
    expect((await reset(await linkOf('reset-password', one))).status).toBe(204);
    expect((await login(one.username, NEW_PASSWORD)).status).toBe(200);
    for (let free = 5; free > 0; free--) expect((await login(one.username, 'wrong')).status).toBe(400);
    // An administrator's new password does the same.
    await admin.patch(one.id, { password: 'a third horse battery' });
    expect((await login(one.username, 'a third horse battery')).status).toBe(200);
  });

  it('is mailed a link, by mail address or user name in any spelling', async () => {
    const { email, username, id } = await somebody();
    for (const json of [{ email: email.toUpperCase() }, { username: username.toUpperCase() }, { username: email }]) {
      const { status, text, headers } = await forgot(json);
      expect([status, text, headers.get('cache-control')]).toEqual([202, '', 'no-store']);
    }
    const mail = { kind: 'reset-password', to: email, accountId: id, data: {} };
    expect(await mails.to(email)).toEqual([mail, mail, mail]);
    expect(toldOf(id)).toContain('PasswordResetRequested');
  });

  it('leaves a trace of each mail, and of nothing beyond, or anybody could fill the audit', async () => {
    const { id, email } = await somebody();
    const events = await eventsOf(service, async () => {
      for (let asked = 0; asked < 7; asked++) expect((await forgot({ email })).status).toBe(202);
    });
    expect(await mails.kindsTo(email)).toHaveLength(5);
    expect(events.map(({ kind }) => kind)).toEqual(Array(5).fill('user.password-reset-requested'));
    expect(toldOf(id).filter((type) => type === 'PasswordResetRequested')).toHaveLength(5);
  });

  it.each([
    ['nobody', async () => ({ email: 'nobody@example.com' })],
    [
      'somebody who is switched off',
      async () => {
        const one = await somebody();
        await admin.patch(one.id, { isActive: false });
        return one;
      },
    ],
    [
      'somebody who comes from elsewhere',
      async () => {
        const one = await somebody();
        await service.change(
          `UPDATE gatehouse.accounts SET source = 'ldap', password_hash = NULL, must_change_password = false WHERE id = $1`,
          [one.id],
        );
        return one;
      },
    ],
    [
      'a service account',
      async () => {
        const { json } = await service.ask('/service-accounts', {
          token: await service.login('admin'),
          json: { username: `robot-${Date.now()}` },
        });
        return { email: undefined, username: json.username };
      },
    ],
    ['somebody without a mail address', async () => ({ email: undefined, username: 'pat' })],
  ] as [string, () => Promise<{ email?: string; username?: string }>][])(
    'ASVS 6.3.8: gets the answer that everybody gets, and no mail: %s',
    async (_, make) => {
      const { email, username } = await make();
      const known = await somebody();
      const before = await mails.count();
      const events = await eventsOf(service, async () => {
        const answers = [await forgot(email ? { email } : { username }), await forgot({ email: known.email })];
        const shown = answers.map(({ status, text, headers }) => `${status} ${text} ${[...headers.keys()].toString()}`);
        expect(shown[0]).toBe(shown[1]);
      });
      expect(await mails.count()).toBe(before + 1);
      expect(events.map(({ target }) => target?.name)).toEqual([known.username]);
    },
  );

  it.each([
    [{}],
    [{ email: 'a@example.com', username: 'a' }],
    [{ email: 'no address' }],
    [{ email: 5 }],
    [{ who: 'a' }],
  ])('is asked for one of the two: %j', async (json) => expect((await forgot(json)).status).toBe(400));

  it('ASVS 3.7: is sent to the public URL, whatever host was asked', async () => {
    const one = await somebody();
    await forgot({ email: one.email }, { host: 'evil.example', 'x-forwarded-host': 'evil.example' });
    const link = await linkFor(service, 'reset-password', one.id, one.email);
    expect(link).toMatch(/^http:\/\/gatehouse\.test\/reset-password\?token=[\w-]{72}$/);
    const { accountId, data } = (await mails.to(one.email)).at(-1)!;
    expect(JSON.stringify([accountId, data])).not.toContain('evil');
  });

  it('sets a password by the link, which ends all logins, verifies the address, and is told', async () => {
    const one = await somebody({ isVerified: false });
    await service.change('UPDATE gatehouse.accounts SET must_change_password = true WHERE id = $1', [one.id]);
    const token = await linkOf('reset-password', one);
    const events = await eventsOf(service, async () => expect((await reset(token)).status).toBe(204));
    expect((await service.ask('/users/me', { token: one.token })).status).toBe(401);
    const refreshed = await service.ask('/token', {
      form: { grant_type: 'refresh_token', refresh_token: one.refresh },
    });
    expect(refreshed.status).toBe(400);
    expect((await login(one.username, one.password)).status).toBe(400);
    expect((await login(one.username, NEW_PASSWORD)).status).toBe(200);
    expect(await read(one)).toMatchObject({ isVerified: true });
    const [row] = await service.database.query(
      'SELECT must_change_password AS must FROM gatehouse.accounts WHERE id = $1',
      [one.id],
    );
    expect(row).toEqual({ must: false });
    expect(await mails.kindsTo(one.email)).toContain('password-changed');
    expect(events).toMatchObject([{ kind: 'user.password-reset', actor: null, target: { id: one.id } }]);
    expect(toldOf(one.id)).toEqual(expect.arrayContaining(['PasswordReset', 'UserVerified']));
    expect(JSON.stringify([events, told, service.log])).not.toContain(NEW_PASSWORD);
  });

  it('also when nobody had set one: an invitation is such a link', async () => {
    const { id, username, email } = await admin.make();
    expect(await mails.to(email)).toMatchObject([{ kind: 'invitation', accountId: id }]);
    const token = await mails.tokenFor(email, 'invitation');
    expect((await reset(token)).status).toBe(204);
    expect((await login(username, NEW_PASSWORD)).status).toBe(200);
    expect((await admin.ask(`/${id}`)).json.isVerified).toBe(true);
  });

  it.each([
    ['of more bytes than bcrypt reads', `${'ö'.repeat(40)}!`],
    ['of 128 emoji', '🦦'.repeat(128)],
    ['with a NUL', 'before\0after it'],
    ['with spaces at both ends', '  two on each side  '],
  ])('ASVS 6.2.9: may choose one %s, and it is taken verbatim', async (_what, password) => {
    const one = await somebody();
    expect((await reset(await linkOf('reset-password', one), password)).status).toBe(204);
    for (const other of [password.trim(), password.slice(0, -1), password.replaceAll('\0', '')]) {
      if (other !== password) expect((await login(one.username, other)).status).toBe(400);
    }
    expect((await login(one.username, password)).status).toBe(200);
  });

  it('is refused a password that can’t be, and keeps the link', async () => {
    const token = await linkOf('reset-password', await somebody());
    for (const password of ['short', 'x'.repeat(129), '\ud800 half a character', 5, null]) {
      const { status, json } = await reset(token, password);
      expect([status, json.errors[0].path]).toEqual([400, 'password']);
    }
    expect((await reset(token)).status).toBe(204);
  });
});

describe('who has to verify a mail address', () => {
  const request = (email: string): Promise<Answer> => service.ask('/auth/verify/request', { json: { email } });

  it('is mailed a link, and only as long as it is unverified', async () => {
    const one = await somebody({ isVerified: false });
    const known = await request(one.email.toUpperCase());
    expect(await mails.to(one.email)).toMatchObject([{ kind: 'verify-email', accountId: one.id }]);
    const events = await eventsOf(service, async () => verify(await linkOf('verify-email', one)));
    expect(events).toMatchObject([{ kind: 'user.verified', target: { id: one.id }, after: { email: one.email } }]);
    expect(await read(one)).toMatchObject({ isVerified: true });
    expect(toldOf(one.id)).toContain('UserVerified');
    const before = await mails.count();
    const others = [
      await request(one.email),
      await request('nobody@example.com'),
      await request((await somebody()).email),
    ];
    for (const other of others) expect([other.status, other.text]).toEqual([known.status, known.text]);
    expect([known.status, known.text]).toEqual([202, '']);
    expect(await mails.count()).toBe(before);
  });

  it('keeps the logins', async () => {
    const one = await somebody({ isVerified: false });
    await verify(await linkOf('verify-email', one));
    expect((await service.ask('/users/me', { token: one.token })).json.isVerified).toBe(true);
  });
});

describe.each([
  ['verify-email', verify],
  ['reset-password', reset],
] as [LinkPurpose, (token: unknown) => Promise<Answer>][])('a link %s', (purpose, use) => {
  const fresh = async (): Promise<[Somebody, string]> => {
    const one = await somebody({ isVerified: false });
    return [one, await linkOf(purpose, one)];
  };
  const expectDead = async (token: unknown): Promise<void> => {
    const { status, json, text } = await use(token);
    expect([status, json?.errors?.[0].path], text).toEqual([400, 'token']);
  };

  it('is good once', async () => {
    const [, token] = await fresh();
    expect((await use(token)).status).toBe(204);
    await expectDead(token);
  });

  it('issue F.8: used 20 times at once is good once', async () => {
    const [, token] = await fresh();
    const answers = await Promise.all(Array.from({ length: 20 }, () => use(token)));
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual([
      '204',
      ...Array.from({ length: 19 }, () => '400'),
    ]);
  });

  it('isn’t good for the other purpose', async () => {
    const one = await somebody({ isVerified: false });
    await expectDead(await linkOf(purpose === 'verify-email' ? 'reset-password' : 'verify-email', one));
  });

  it('isn’t good after an hour', async () => {
    const [, token] = await fresh();
    const now = Date.now();
    vi.spyOn(Date, 'now').mockReturnValue(now + 3_601_000);
    try {
      await expectDead(token);
    } finally {
      vi.restoreAllMocks();
    }
    expect((await use(token)).status).toBe(204);
  });

  it('isn’t good with any bit turned, nor with another’s id or a later end', async () => {
    const [, token] = await fresh();
    const bytes = Buffer.from(token, 'base64url');
    for (const at of [0, 15, 16, 21, 22, 53]) {
      const turned = Buffer.from(bytes);
      turned[at]! ^= 1;
      await expectDead(turned.toString('base64url'));
    }
    const [other] = await fresh();
    const forOther = Buffer.from(bytes);
    forOther.write(other.id.replaceAll('-', ''), 'hex');
    await expectDead(forOther.toString('base64url'));
    const signed = Buffer.concat([
      bytes.subarray(0, 22),
      createHmac('sha256', '').update(bytes.subarray(0, 22)).digest(),
    ]);
    await expectDead(signed.toString('base64url'));
  });

  it.each(['x', 'x'.repeat(72), `${'A'.repeat(71)}=`, ' '.repeat(72), '../'.repeat(24)])('isn’t %j', async (token) => {
    await expectDead(token);
  });

  it.each([[''], [5], [null], [['x']], [{}], ['x'.repeat(201)], ['\0']])(
    'is text of a sane length, and so not %j',
    expectDead,
  );

  it.each([
    ['was switched off', (id: string) => admin.patch(id, { isActive: false })],
    ['was deleted', (id: string) => admin.delete(id)],
    ['has got another mail address', (id: string) => admin.patch(id, { email: `${id}@example.com` })],
    [
      'comes from elsewhere now',
      (id: string) =>
        service.change(
          `UPDATE gatehouse.accounts SET source = 'ldap', password_hash = NULL, must_change_password = false WHERE id = $1`,
          [id],
        ),
    ],
  ])('isn’t good when the account %s', async (_, change) => {
    const [one, token] = await fresh();
    await change(one.id);
    await expectDead(token);
  });

  it('is logged nowhere, used or refused', async () => {
    const [, token] = await fresh();
    await use(token);
    await use(token);
    await service.ask(`/${purpose}?token=${token}`);
    await service.ask(`/${purpose}`, { form: { token } });
    await service.ask(`/auth/${purpose === 'verify-email' ? 'verify' : purpose}`, { json: { token, more: token } });
    expect(service.log.join('\n')).not.toContain(token);
    const [{ events }] = await service.database.query(
      `SELECT jsonb_agg(to_jsonb(one))::text AS events FROM gatehouse.audit_events AS one`,
    );
    expect(events).not.toContain(token);
  });
});

it('a link that sets a password isn’t good after another password, nor after all logins were ended', async () => {
  for (const change of [
    (id: string) => admin.patch(id, { password: 'set by somebody else' }),
    (id: string) => admin.ask(`/${id}/sessions`, { method: 'DELETE' }),
  ]) {
    const one = await somebody();
    const token = await linkOf('reset-password', one);
    await change(one.id);
    expect((await reset(token)).status).toBe(400);
  }
});

describe('an administrator', () => {
  it('has a link mailed, and the password stays until it is used', async () => {
    const one = await somebody();
    const { status } = await admin.ask(`/${one.id}/reset-password`, { method: 'POST' });
    expect(status).toBe(202);
    expect(await mails.to(one.email)).toMatchObject([{ kind: 'reset-password', accountId: one.id }]);
    expect((await login(one.username, one.password)).status).toBe(200);
    expect((await reset(await mails.tokenFor(one.email, 'reset-password'))).status).toBe(204);
  });

  it.each([
    ['has no mail address', 'email = NULL, email_key = NULL'],
    ['is switched off', 'is_active = false'],
    ['comes from elsewhere', `source = 'ldap', password_hash = NULL, must_change_password = false`],
  ])('is told when the account %s', async (_, sql) => {
    const { id } = await somebody();
    await service.change(`UPDATE gatehouse.accounts SET ${sql} WHERE id = $1`, [id]);
    const { status, json } = await admin.ask(`/${id}/reset-password`, { method: 'POST' });
    expect([status, json.detail]).toEqual([409, expect.stringMatching(/\.$/)]);
  });

  it('tells the former address when it is another', async () => {
    const one = await somebody();
    await admin.patch(one.id, { email: `new-${one.email}` });
    expect(await mails.to(one.email)).toMatchObject([
      { kind: 'email-changed', data: { newEmail: `new-${one.email}` } },
    ]);
  });

  it('makes an account that is switched off without inviting anybody', async () => {
    const { email } = await admin.make({ isActive: false });
    expect(await mails.to(email)).toEqual([]);
  });
});
