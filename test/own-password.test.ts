import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DomainEvent } from '../src/server/domain-events/domain-event.js';
import { DomainEvents } from '../src/server/domain-events/domain-events.js';
import { AccountsService } from '../src/server/users/accounts.service.js';
import { PasswordHasher } from '../src/server/users/password-hasher.js';
import { command } from './support/command-line.js';
import { createTestEnvironment, type Answer, type TestEnvironment } from './support/environment.js';
import { QueuedMails } from './support/mails.js';
import { loggedIn, People } from './support/people.js';

const NEW = 'plum kettle under seven bridges';

let service: TestEnvironment;
let admin: People;
let mails: QueuedMails;
beforeAll(async () => {
  // Of each password several that are wrong are tried.
  service = await createTestEnvironment({ env: { LOGIN_MAX_FAILURES: '12' } });
  mails = await QueuedMails.watch(service);
  admin = new People(service, await service.login('admin'));
});
afterAll(() => service.close());

const logIn = (username: string, password: string, more = {}): Promise<Answer> =>
  service.ask('/token', { form: { username, password, ...more } });
const refreshed = (refresh_token: string): Promise<Answer> =>
  service.ask('/token', { form: { grant_type: 'refresh_token', refresh_token } });
const change = (token: string, currentPassword: string, newPassword = NEW): Promise<Answer> =>
  service.ask('/users/me/password', { token, json: { currentPassword, newPassword } });
const isAlive = async (token: string): Promise<boolean> => (await service.ask('/users/me', { token })).status === 200;
const rowOf = async (id: string) =>
  (await service.database.query('SELECT * FROM gatehouse.accounts WHERE id = $1', [id]))[0];
const pathsOf = ({ json }: Answer): string[] => json.errors.map(({ path }: { path: string }) => path);

describe('POST /users/me/password', () => {
  it('ASVS 6.2.2, 7.4.3: changes the password, ends all other logins, and keeps this one', async () => {
    const told: DomainEvent[] = [];
    const stop = service.app
      .get(DomainEvents, { strict: false })
      .on('PasswordChanged', (event) => void told.push(event));
    const { id, username, password, token, refresh } = await loggedIn(service, admin);
    const { json: other } = await logIn(username, password);
    expect((await rowOf(id)).must_change_password).toBe(true);

    const answer = await change(token, password);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect([await isAlive(token), await isAlive(other.access_token)]).toEqual([true, false]);
    expect([(await refreshed(refresh)).status, (await refreshed(other.refresh_token)).status]).toEqual([200, 400]);
    expect([(await logIn(username, NEW)).status, (await logIn(username, password)).status]).toEqual([200, 400]);
    const row = await rowOf(id);
    expect(row.must_change_password).toBe(false);

    const [event] = await service.database.query(
      `SELECT * FROM gatehouse.audit_events WHERE target_id = $1 AND kind = 'user.password-changed'`,
      [id],
    );
    expect(event).toMatchObject({ actor_id: id, target_name: username, before: null });
    const mail = await mails.to(row.email);
    expect(mail).toMatchObject([{ kind: 'password-changed', accountId: id }]);
    const everything = [JSON.stringify([event, mail]), service.log.join('\n')].join('\n');
    for (const secret of [NEW, password, row.password_hash]) expect(everything).not.toContain(secret);
    await expect.poll(() => told).toMatchObject([{ type: 'PasswordChanged', account: { id, username } }]);
    stop();
  });

  it('ASVS 6.2.3: takes none without the current one, and says which of them is wrong', async () => {
    const { username, password, token } = await loggedIn(service, admin);
    const refused: [string, string, string][] = [
      ['wrong', NEW, 'currentPassword'],
      ['', NEW, 'currentPassword'],
      [` ${password}`, NEW, 'currentPassword'],
      ['half a \uD800', NEW, 'currentPassword'],
      ['wrong', 'password1', 'currentPassword'],
      ['wrong', password, 'currentPassword'],
      [password, password, 'newPassword'],
      [password, 'short', 'newPassword'],
      [password, 'x'.repeat(129), 'newPassword'],
      [password, 'Password2026', 'newPassword'],
      [password, `${username}-1987!`, 'newPassword'],
    ];
    for (const [current, wanted, path] of refused) {
      const answer = await change(token, current, wanted);
      expect([answer.status, pathsOf(answer)[0]], `${current} → ${wanted}`).toEqual([400, path]);
      expect(answer.text).not.toContain(password);
    }
    expect((await logIn(username, password)).status).toBe(200);
  });

  it('does the same work whatever the new password is, where the current one is wrong', async () => {
    const { id, token } = await loggedIn(service, admin);
    const hasher = service.app.get(PasswordHasher, { strict: false });
    const { verify, hash } = hasher;
    const work: string[] = [];
    hasher.verify = (...as) => (work.push('verify'), verify.apply(hasher, as));
    hasher.hash = (...as) => (work.push('hash'), hash.apply(hasher, as));
    try {
      for (const wanted of [NEW, 'password1', 'wrong password']) await change(token, 'wrong password', wanted);
      // Invited, and nothing set yet.
      await service.database.query('UPDATE gatehouse.accounts SET password_hash = NULL WHERE id = $1', [id]);
      expect(pathsOf(await change(token, 'wrong password'))).toEqual(['currentPassword']);
    } finally {
      Object.assign(hasher, { verify, hash });
    }
    expect(work).toEqual(Array.from({ length: 4 }, () => 'verify'));
  });

  it.each(['one login', 'two logins'])(
    'of two changes at once from %s lets one win, and refuses the other',
    async (from) => {
      const { username, password, token } = await loggedIn(service, admin);
      const second = from === 'one login' ? token : (await logIn(username, password)).json.access_token;
      const wanted = [NEW, `${NEW} and more`] as const;
      const answers = await Promise.all([change(token, password, wanted[0]), change(second, password, wanted[1])]);
      const won = answers.findIndex(({ status }) => status === 204);
      const refused = answers[1 - won]!;
      // The other login may be dead before it is asked who comes.
      if (from === 'one login' || refused.status !== 401) {
        expect([refused.status, pathsOf(refused)]).toEqual([400, ['currentPassword']]);
      }
      expect((await logIn(username, wanted[won]!)).status).toBe(200);
      expect((await logIn(username, wanted[1 - won]!)).status).toBe(400);
    },
  );

  it('leaves no login alive that was under way with the former password', async () => {
    const { username, password, token } = await loggedIn(service, admin);
    const logins = Array.from({ length: 12 }, () => logIn(username, password));
    const changed = await change(token, password);
    expect(changed.status).toBe(204);
    const made = (await Promise.all(logins)).filter(({ status }) => status === 200);
    for (const { json } of made) expect(await isAlive(json.access_token)).toBe(false);
    expect(await isAlive(token)).toBe(true);
  });

  /** Does something when the current password has been found right, and the new one isn't there yet. */
  function meanwhile(act: () => Promise<unknown>): void {
    const hasher = service.app.get(PasswordHasher, { strict: false });
    const { hash } = hasher;
    hasher.hash = async (wanted) => {
      hasher.hash = hash;
      await act();
      return hasher.hash(wanted);
    };
  }

  it('ASVS 6.3.1: counts a wrong current password as a guess, whoever has the token', async () => {
    const { password, token } = await loggedIn(service, admin);
    const answers: Answer[] = [];
    while (answers.at(-1)?.status !== 429 && answers.length < 20) answers.push(await change(token, 'wrong'));
    expect(answers.at(-1)!.status).toBe(429);
    expect(answers.at(-1)!.headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await change(token, password)).status).toBe(429);
  });

  it('isn’t put off by a login that meanwhile hashes the same password anew', async () => {
    const { id, password, token } = await loggedIn(service, admin);
    const another = await new PasswordHasher({ bcryptCost: 4 }).hash(password);
    meanwhile(async () => {
      const { password_hash: former } = await rowOf(id);
      await service.app.get(AccountsService, { strict: false }).upgradeHash(id, former, another);
    });
    expect((await change(token, password)).status).toBe(204);
  });

  it.each([
    ['all logins of the account', (id: string) => admin.ask(`/${id}/sessions`, { method: 'DELETE' })],
    ['this login', (_: string, refresh: string) => service.ask('/revoke', { form: { token: refresh } })],
  ])('changes nothing where somebody has meanwhile ended %s', async (_, end) => {
    const { id, username, password, token, refresh } = await loggedIn(service, admin);
    meanwhile(() => end(id, refresh));
    const refused = await change(token, password);
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
    expect((await logIn(username, password)).status).toBe(200);
  });

  it('needs account:self, which a narrowed token must name', async () => {
    const { username, password } = await loggedIn(service, admin, { groups: ['finance'] });
    const tokenFor = async (scope: string) => (await logIn(username, password, { scope })).json.access_token;
    const refused = await change(await tokenFor('finance:read'), password);
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toContain('scope="account:self"');
    expect((await change(await tokenFor('account:self'), password)).status).toBe(204);
  });

  it('is not for accounts that have no password here', async () => {
    const { id, token, password } = await loggedIn(service, admin);
    await service.change(
      `UPDATE gatehouse.accounts SET source = 'directory', password_hash = NULL, must_change_password = false WHERE id = $1`,
      [id],
    );
    const elsewhere = await change(token, password);
    expect([elsewhere.status, elsewhere.json.detail]).toEqual([409, expect.stringContaining('comes from directory')]);
    expect((await admin.patch(id, { password: NEW })).status).toBe(409);

    const { json: robot } = await service.ask('/service-accounts', {
      token: await service.login('admin'),
      json: { username: 'robot' },
    });
    const made = await service.ask(`/service-accounts/${robot.id}/tokens`, {
      token: await service.login('admin'),
      json: { name: 'Nightly' },
    });
    const refused = await change(made.json.token, 'whatever it is');
    expect([refused.status, refused.json.detail]).toEqual([409, 'A service account has no password.']);
  });
});

describe('ASVS 6.2.8: a password is taken verbatim, by every path', () => {
  const PASSWORDS: readonly [what: string, password: string, others: readonly string[]][] = [
    ['72 bytes and one more', 'x'.repeat(72) + 'y', ['x'.repeat(72), 'x'.repeat(72) + 'z']],
    ['a NUL', 'before\0after', ['before', 'before\0other']],
    ['128 emoji', '🦊'.repeat(128), ['🦊'.repeat(127), '🦊'.repeat(127) + '🐺']],
    ['spaces at both ends', '  two and two  ', ['two and two', '  two and two', ' two and two ']],
    ['letters that look the same', 'schöner Garten', ['scho\u0308ner Garten', 'SCHÖNER GARTEN']],
  ];

  it.each(PASSWORDS)('%s', async (_, password, others) => {
    const fits = async (username: string, path: string) => {
      expect((await logIn(username, password)).status, path).toBe(200);
      for (const other of others) expect((await logIn(username, other)).status, `${path}: ${other}`).toBe(400);
    };
    const byAdministrator = await admin.make({ password });
    await fits(byAdministrator.username, 'POST /users');

    const { id, username, password: first, token } = await loggedIn(service, admin);
    expect((await admin.patch(byAdministrator.id, { password: first })).status).toBe(200);
    expect((await admin.patch(byAdministrator.id, { password })).status).toBe(200);
    await fits(byAdministrator.username, 'PATCH /users/{id}');

    expect((await change(token, first, password)).status).toBe(204);
    await fits(username, 'POST /users/me/password');
    for (const other of others) expect((await change(token, other)).status).toBe(400);
    expect((await change(token, password)).status).toBe(204);

    const set = await command(service.settings, ['users', 'set-password', id, '--password-stdin'], `${password}\n`);
    expect([set.code, set.complaints]).toEqual([0, '']);
    await fits(username, 'set-password');
    const verified = await command(service.settings, ['users', 'verify-password', id, '--password-stdin'], password);
    expect(verified.code).toBe(0);
  });

  it('and refused where it isn’t text', async () => {
    const bytes = Uint8Array.from([
      ...Buffer.from('{"currentPassword":"x","newPassword":"caf'),
      0xe9,
      ...Buffer.from('  late"}'),
    ]);
    const headers = { 'content-type': 'application/json' };
    const { token } = await loggedIn(service, admin);
    expect((await service.ask('/users/me/password', { token, method: 'POST', body: bytes, headers })).status).toBe(400);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = 'username=frank&password=caf%E9%20late';
    expect((await service.ask('/token', { method: 'POST', body, headers: form })).status).toBe(400);
  });
});

describe('the strength of a password', () => {
  const ask = (json: object): Promise<Answer> => service.ask('/auth/password-strength', { json });

  it('is told to everybody who asks, with what would make it better', async () => {
    const good = await ask({ password: NEW, username: 'maria' });
    expect([good.status, good.json]).toEqual([200, { acceptable: true, score: 4, advice: [] }]);
    expect(good.headers.get('cache-control')).toBe('no-store');
    const poor: [object, RegExp][] = [
      [{ password: '' }, /8 to 128/],
      [{ password: 'x'.repeat(129) }, /8 to 128/],
      [{ password: 'Password1' }, /tried first/],
      [{ password: 'rossi-1987-maria', name: 'Maria Rossi' }, /made of your name/],
    ];
    for (const [json, advice] of poor) {
      const answer = await ask(json);
      expect(answer.json, JSON.stringify(json)).toMatchObject({ acceptable: false });
      expect(answer.json.score).toBeLessThan(2);
      expect(answer.json.advice[0]).toMatch(advice);
    }
    const middling = await ask({ password: 'lmnopqrs-9999' });
    expect(middling.json.advice.at(-1)).toMatch(/^15 or more characters/);
    for (const password of ['constructor', '__proto__', 'hasOwnProperty']) {
      expect((await ask({ password })).json.score, password).toBeTypeOf('number');
    }
    expect((await ask({ password: NEW, groups: [] })).status).toBe(400);
    expect(service.log.join('\n')).not.toContain('lmnopqrs-9999');
  });

  it('is worked out where nobody waits for it, and for few at once', async () => {
    const hard = { password: 'aA@4'.repeat(32), name: 'aaaa '.repeat(40).trim() };
    const before = performance.eventLoopUtilization();
    const answers = await Promise.all(Array.from({ length: 60 }, () => ask(hard)));
    // It would be busy all the time if it did this itself.
    expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.7);
    const statuses = answers.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(21);
    expect(answers.find(({ status }) => status === 503)!.headers.get('retry-after')).toMatch(/^\d+$/);
  });

  it('is asked for by the administration too, which knows whose password it is to be', async () => {
    const { id, username } = await admin.make();
    const json = { username: 'weak', email: 'weak@example.com', name: 'Ann Weatherby' };
    for (const password of ['password1', 'weatherby-1987', 'gatehouse.test']) {
      const refused = await admin.ask('', { json: { ...json, password } });
      expect([refused.status, pathsOf(refused)], password).toEqual([400, ['password']]);
    }
    expect(pathsOf(await admin.patch(id, { password: `${username}-1987` }))).toEqual(['password']);
    expect(pathsOf(await admin.patch(id, { name: 'Ann Weatherby', password: 'Ann.Weatherby' }))).toEqual(['password']);
    expect((await rowOf(id)).password_hash).toBeNull();
  });

  it('stands in the answer where an administrator sets one', async () => {
    const { status, json, headers } = await admin.ask('', {
      json: { username: 'hinted', email: 'hinted@example.com', password: 'lmnopqrs-9999' },
    });
    expect([status, json.passwordStrength]).toEqual([201, { score: expect.any(Number), advice: expect.any(Array) }]);
    expect(headers.get('etag')).toBe((await admin.ask(`/${json.id}`)).headers.get('etag'));
    expect((await admin.patch(json.id, { password: NEW })).json.passwordStrength).toEqual({ score: 4, advice: [] });
    expect((await admin.patch(json.id, { name: 'H.' })).json).not.toHaveProperty('passwordStrength');
  });
});

it('a hash of lower cost is replaced at the next login, and the session goes on', async () => {
  const { id, username, password } = await loggedIn(service, admin);
  const cheap = await new PasswordHasher({ bcryptCost: 4 }).hash(password);
  const dearer = await createTestEnvironment({ databaseUrl: service.settings.databaseUrl!, env: { BCRYPT_COST: '5' } });
  try {
    await service.database.query('UPDATE gatehouse.accounts SET password_hash = $2 WHERE id = $1', [id, cheap]);
    const { status, json } = await dearer.ask('/token', { form: { username, password } });
    expect(status).toBe(200);
    await expect.poll(async () => (await rowOf(id)).password_hash).toMatch(/^\$2b\$05\$/);
    expect((await dearer.ask('/users/me', { token: json.access_token })).status).toBe(200);
    expect((await logIn(username, password)).status).toBe(200);
  } finally {
    await dearer.close();
  }
});
