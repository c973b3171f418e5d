import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DomainError } from '../src/server/domain-error.js';
import { GuessCounts } from '../src/server/guessing/guess-counts.js';
import { Guessing } from '../src/server/guessing/guessing.js';
import { Sweeper } from '../src/server/sweeping/sweeper.js';
import { auditEvents, eventsOf } from './support/audit.js';
import { createTestEnvironment, type Answer, type TestEnvironment } from './support/environment.js';
import { QueuedMails } from './support/mails.js';
import { createTestDatabase } from './support/postgres.js';

const FREE = 2;
const FROM_ALL_PLACES = FREE * 20;
const FROM_ONE_PLACE = FREE * 100;

/** The address that a proxy before the first instance names is believed; the second believes nobody. */
let behindProxy: TestEnvironment;
let queued: QueuedMails;
let direct: TestEnvironment;
let drop: () => Promise<void>;

beforeAll(async () => {
  const database = await createTestDatabase();
  drop = database.drop;
  const env = { LOGIN_MAX_FAILURES: String(FREE) };
  behindProxy = await createTestEnvironment({
    databaseUrl: database.url,
    env: { ...env, TRUST_PROXY: '127.0.0.0/8' },
    silent: true,
  });
  queued = await QueuedMails.watch(behindProxy);
  direct = await createTestEnvironment({ databaseUrl: database.url, env, silent: true });
});
afterAll(async () => {
  await behindProxy.close();
  await direct.close();
  await drop();
});

let addresses = 0;
/** An address that nobody else has. */
const address = (): string => `198.18.${Math.floor(++addresses / 250)}.${1 + (addresses % 250)}`;

let names = 0;
/** A name that is nobody's. */
const nobody = (): string => `nobody-${++names}`;

/** Somebody new, who has logged in from nowhere. */
async function somebody(): Promise<{ id: string; username: string; email: string; password: string }> {
  const username = `somebody-${++names}`;
  const email = `${username}@example.com`;
  const [{ id }] = await behindProxy.database.query(
    `INSERT INTO gatehouse.accounts (kind, username, username_key, email, email_key, password_hash)
     SELECT 'user', $1, $1, $2, $2, password_hash FROM gatehouse.accounts WHERE username = 'frank' RETURNING id`,
    [username, email],
  );
  return { id, username, email, password: behindProxy.passwords.get('frank')! };
}

function tryFrom(from: string, username: string, password = 'wrong', service = behindProxy): Promise<Answer> {
  return service.ask('/token', { form: { username, password }, headers: { 'x-forwarded-for': from } });
}

const times = <T>(count: number, make: (at: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, at) => make(at)));

/** How many were answered with each status. */
function statuses(answers: readonly Answer[]): Record<number, number> {
  const counted: Record<number, number> = {};
  for (const { status } of answers) counted[status] = (counted[status] ?? 0) + 1;
  return counted;
}

/** So much time passes for all that was counted. */
async function pass(seconds: number): Promise<void> {
  await behindProxy.database.query(
    `UPDATE gatehouse.guesses SET failed_at = failed_at - make_interval(secs => $1),
       under_way = ARRAY(SELECT taken - make_interval(secs => $1) FROM unnest(under_way) AS taken)`,
    [seconds],
  );
}

/** More wrong ones for those who have typed some: what is blocked stays so for a minute, however slow the machine is. */
async function worsen(): Promise<void> {
  await behindProxy.database.query('UPDATE gatehouse.guesses SET failures = failures + 6, failed_at = now() WHERE failures > 0'); // prettier-ignore
}

/** So many at once, of which no more are let through than the rule allows in the time that they take. */
async function flood(count: number, make: (at: number) => Promise<Answer>, free = FREE): Promise<Answer[]> {
  const start = performance.now();
  const answers = await times(count, make);
  const waited = Math.floor(Math.log2(1 + (performance.now() - start) / 1_000));
  const { 400: evaluated, 429: refused } = statuses(answers);
  expect(evaluated).toBeGreaterThanOrEqual(free);
  expect(evaluated).toBeLessThanOrEqual(free + waited);
  expect(evaluated! + refused!).toBe(count);
  return answers;
}

/** Fails as often from each of so many places as is free there. */
async function attack(username: string, failures: number): Promise<void> {
  for (let left = failures; left > 0; left -= FREE) {
    const from = address();
    await times(Math.min(left, FREE), () => tryFrom(from, username));
  }
}

describe('wrong passwords', () => {
  it('ASVS 6.3.1: of fifty at once no more are looked at than are free, and the others get 429 and when to come again', async () => {
    const from = address();
    let evaluated = 0;
    const events = await eventsOf(behindProxy, async () => {
      const answers = await flood(50, () => tryFrom(from, 'frank'));
      evaluated = statuses(answers)[400]!;
      for (const { status, headers, json } of answers) {
        if (status !== 429) continue;
        expect(json).toEqual({
          error: 'temporarily_unavailable',
          error_description: 'There were too many wrong passwords. Try again in as many seconds as Retry-After says.',
        });
        expect(headers.get('retry-after')).toMatch(/^[124]$/);
        expect(headers.get('cache-control')).toBe('no-store');
      }
    });
    expect(events.filter(({ kind }) => kind === 'login.failed')).toHaveLength(evaluated);
  });

  it('at two instances share one count', async () => {
    const username = nobody();
    const ask = (service: TestEnvironment) => tryFrom('127.0.0.1', username, 'wrong', service);
    await flood(40, (at) => ask(at % 2 ? direct : behindProxy));
  });

  it('are answered alike for names that exist and names that don’t', async () => {
    const { username, email } = await somebody();
    await behindProxy.database.query('UPDATE gatehouse.accounts SET is_active = false WHERE username = $1', [username]);
    const seen = new Set<string>();
    for (const name of ['heidi', username, email, nobody(), 'a@b.example', '\0', 'ß'.repeat(3_000)]) {
      const from = address();
      const answers: string[] = [];
      for (let at = 0; at < FREE + 2; at++) {
        if (at === FREE) await worsen();
        const { status, text, headers } = await tryFrom(from, name);
        answers.push(`${status} ${text} ${headers.get('retry-after')} ${[...headers.keys()].join()}`);
      }
      seen.add(answers.join('\n'));
    }
    expect([...seen]).toHaveLength(1);
  });

  it('for all spellings of a name share one count', async () => {
    const from = address();
    for (const spelling of ['MARIA', 'ｍａｒｉａ', 'mari\u200Ba'].slice(0, FREE)) {
      expect((await tryFrom(from, spelling)).status).toBe(400);
    }
    await worsen();
    for (const spelling of ['maria', 'Maria', ' maria', 'ｍａｒｉａ']) {
      expect((await tryFrom(from, spelling)).status).toBe(429);
    }
  });

  it('after the free ones can be tried after ever longer, by the database’s clock', async () => {
    const [username, from] = [nobody(), address()];
    await times(FREE, () => tryFrom(from, username));
    await worsen();
    for (const seconds of [64, 128, 256, 512, 900, 900]) {
      const { status, headers } = await tryFrom(from, username);
      expect(status).toBe(429);
      expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(seconds);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(seconds - 30);
      await pass(seconds);
      expect((await tryFrom(from, username)).status).toBe(400);
    }
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    const { status } = await tryFrom(from, username).finally(() => vi.useRealTimers());
    expect(status).toBe(429);
    await pass(6 * 86_400);
    await flood(10, () => tryFrom(from, username));
  });

  it('are forgotten by a right one', async () => {
    const { username, password } = await somebody();
    const from = address();
    for (let round = 0; round < 3; round++) {
      for (let at = 1; at < FREE; at++) expect((await tryFrom(from, username)).status).toBe(400);
      expect((await tryFrom(from, username, password)).status).toBe(200);
    }
  });

  it('stay counted over a restart', async () => {
    const username = nobody();
    const instance = () => createTestEnvironment({ databaseUrl: direct.settings.databaseUrl!, env: { LOGIN_MAX_FAILURES: String(FREE) } }); // prettier-ignore
    const first = await instance();
    await times(FREE, () => tryFrom('127.0.0.1', username, 'wrong', first));
    await first.close();
    await worsen();
    const second = await instance();
    expect((await tryFrom('127.0.0.1', username, 'wrong', second)).status).toBe(429);
    await second.close();
  });
});

describe('the two names of an account', () => {
  it('give no more guesses than one, and nobody can tell that they belong together', async () => {
    const { username, email, password } = await somebody();
    const [from, reference] = [address(), nobody()];
    await times(FREE, () => tryFrom(from, username));
    await worsen();
    const events = await eventsOf(behindProxy, async () => {
      // Right, and yet the answer is that for a name that is nobody's.
      const [one, other] = [await tryFrom(from, email, password), await tryFrom(from, reference)];
      expect([one.status, one.text]).toEqual([400, other.text]);
    });
    // That it is blocked is written beside it.
    const failed = events.filter(({ kind }) => kind === 'login.failed');
    expect(failed.map(({ kind, target, after }) => [kind, target?.name, (after as { reason: string }).reason])).toEqual(
      [
        ['login.failed', username, 'withheld'],
        ['login.failed', undefined, 'unknown'],
      ],
    );
    await pass(64);
    expect((await tryFrom(from, email, password)).status).toBe(200);
  });

  it('give no more at once either: what is found out is counted for both', async () => {
    const { username, email } = await somebody();
    const from = address();
    let waited = 0;
    const events = await eventsOf(behindProxy, async () => {
      const start = performance.now();
      await flood(40, (at) => tryFrom(from, at % 2 ? username : email), 2 * FREE);
      waited = Math.floor(Math.log2(1 + (performance.now() - start) / 1_000));
    });
    const reasons = events
      .filter(({ kind }) => kind === 'login.failed')
      .map(({ after }) => (after as { reason: string }).reason);
    const found = reasons.filter((reason) => reason === 'wrong-password').length;
    expect(found).toBeGreaterThanOrEqual(FREE);
    expect(found).toBeLessThanOrEqual(FREE + waited);
    expect(new Set(reasons)).toEqual(new Set(['wrong-password', 'withheld']));
  });
});

describe('right passwords', () => {
  it('fifty at once all get in, at two instances, also after wrong ones', async () => {
    const { username, password } = await somebody();
    for (let at = 1; at < FREE; at++) await tryFrom('127.0.0.1', username);
    const answers = await times(50, (at) => tryFrom('127.0.0.1', username, password, at % 2 ? direct : behindProxy));
    expect(statuses(answers)).toEqual({ 200: 50 });
  });

  it('among fifty that are wrong let the wrong ones have no more than are free between them', async () => {
    const { username, password } = await somebody();
    const from = address();
    const start = performance.now();
    const answers = await times(50, (at) => tryFrom(from, username, at === 25 ? password : 'wrong'));
    const waited = Math.floor(Math.log2(1 + (performance.now() - start) / 1_000));
    // Before the right one, and after it.
    expect(statuses(answers)[400]).toBeLessThanOrEqual(2 * FREE + waited);
  });
});

describe('the caller’s address', () => {
  it('is the connection’s own, whatever a forged X-Forwarded-For says', async () => {
    const username = nobody();
    await flood(20, () => tryFrom(address(), username, 'wrong', direct));
  });

  it('is what a trusted proxy names, and not what the caller wrote before it', async () => {
    const [username, from] = [nobody(), address()];
    await flood(20, () => tryFrom(`${address()}, ${from}`, username));
    expect((await tryFrom(address(), username)).status).toBe(400);
  });

  it('is one for all addresses of an IPv6 network', async () => {
    const username = nobody();
    await flood(20, (at) => tryFrom(`2001:db8:1:2::${at + 1}`, username));
  });
});

describe('an attack from many places', () => {
  it('is slowed down as a whole, its owner is told by mail once a day, and gets in from where they are known', async () => {
    const owner = await somebody();
    const [home, elsewhere] = [address(), address()];
    expect((await tryFrom(home, owner.username, owner.password)).status).toBe(200);
    const metric = async () =>
      behindProxy.app.get(Guessing, { strict: false }).refused + direct.app.get(Guessing, { strict: false }).refused;
    const refused = await metric();
    await attack(owner.username, FROM_ALL_PLACES);
    await worsen();

    const stranger = await tryFrom(elsewhere, owner.username, owner.password);
    expect(stranger.status).toBe(429);
    expect(Number(stranger.headers.get('retry-after'))).toBeLessThanOrEqual(64);
    expect(await metric()).toBe(refused + 1);
    // By either name, and also after mistakes of their own.
    expect((await tryFrom(home, owner.username)).status).toBe(400);
    expect((await tryFrom(home, owner.email, owner.password)).status).toBe(200);
    expect((await tryFrom(home, owner.username, owner.password)).status).toBe(200);
    // That has changed nothing for others.
    expect((await tryFrom(address(), owner.username)).status).toBe(429);

    const blocked = async () =>
      (await auditEvents(behindProxy, 'kind=login.blocked')).filter(
        ({ target, after }) => target?.id === owner.id && (after as { scope: string }).scope === 'name',
      );
    await expect.poll(blocked).toHaveLength(1);
    expect((await blocked())[0]).toMatchObject({ actor: null, after: { scope: 'name' } });
    const mails = () => queued.to(owner.email);
    const mail = { kind: 'login-attack', to: owner.email, accountId: owner.id, data: { address: expect.any(String) } };
    await expect.poll(mails).toEqual([mail]);

    // From an unknown place, too, once it was waited for; which resets the count, and the next attack is another.
    await pass(64);
    expect((await tryFrom(elsewhere, owner.username, owner.password)).status).toBe(200);
    await attack(owner.username, FROM_ALL_PLACES);
    await expect.poll(blocked).toHaveLength(2);
    expect(await mails()).toHaveLength(1);
    await behindProxy.database.query(`UPDATE gatehouse.told_of_attack SET told_at = now() - interval '25 hours'`);
    await pass(1);
    expect((await tryFrom(address(), owner.username, owner.password)).status).toBe(200);
    await attack(owner.username, FROM_ALL_PLACES);
    await expect.poll(mails).toHaveLength(2);
  });

  it('at a name that is nobody’s is slowed down alike, and nobody is told but the audit', async () => {
    const username = nobody();
    const mails = () => queued.count();
    const before = await mails();
    await attack(username, FROM_ALL_PLACES);
    await worsen();
    expect((await tryFrom(address(), username)).status).toBe(429);
    const tagged = async () =>
      (await auditEvents(behindProxy, 'kind=login.blocked')).filter(
        ({ target, after }) => target === null && (after as { scope: string }).scope === 'name',
      );
    await expect
      .poll(tagged)
      .toEqual([
        expect.objectContaining({ after: { scope: 'name', nameTag: expect.stringMatching(/^[0-9a-f]{16}$/) } }),
      ]);
    expect(await mails()).toBe(before);
  });
});

describe('an attack from one place at many names', () => {
  it('is slowed down, and an account of the attacker’s own is no way to start anew', async () => {
    const own = await somebody();
    const from = address();
    for (let failed = 0; failed < FROM_ONE_PLACE; failed += 10 * FREE) {
      await times(10, async () => {
        const username = nobody();
        for (let at = 0; at < FREE; at++) await tryFrom(from, username);
      });
      if (failed === 0) expect((await tryFrom(from, own.username, own.password)).status).toBe(200);
    }
    await worsen();
    expect((await tryFrom(from, nobody())).status).toBe(429);
    // Those who are known there aren't kept out.
    expect((await tryFrom(from, own.username, own.password)).status).toBe(200);
    expect((await tryFrom(from, nobody())).status).toBe(429);
    await expect
      .poll(async () =>
        (await auditEvents(behindProxy, 'kind=login.blocked')).some(({ after }) => {
          const { scope, network } = after as { scope: string; network: string };
          return scope === 'network' && network === from;
        }),
      )
      .toBe(true);
  });
});

describe('a place that was taken', () => {
  const guessing = () => behindProxy.app.get(Guessing, { strict: false });
  const origin = (from: string) => ({ address: from, agent: '', requestId: null });

  it('and never given back, since the process died, counts as a failure after half a minute', async () => {
    const [username, from] = [nobody(), address()];
    const counts = behindProxy.app.get(GuessCounts, { strict: false });
    const target = counts.targetOf(username, from);
    for (let at = 0; at < FREE; at++) expect((await counts.take(target)).outcome).toBe('taken');
    expect((await counts.take(target)).outcome).toBe('wait');
    await pass(29);
    expect((await counts.take(target)).outcome).toBe('wait');
    await pass(1);
    // As if more had died, so that it stays so, however slow the machine is.
    await behindProxy.database.query(
      `UPDATE gatehouse.guesses SET under_way = under_way || under_way || under_way || under_way WHERE subject = $1`,
      [`name:${target.tag}`],
    );
    expect(await counts.take(target)).toMatchObject({ outcome: 'refused', seconds: expect.closeTo(64, -2) });
    await pass(64);
    expect((await tryFrom(from, username)).status).toBe(400);
    const [{ failures }] = await behindProxy.database.query(
      'SELECT ceil(failures)::int AS failures FROM gatehouse.guesses WHERE subject = $1 AND network = $2',
      [`name:${target.tag}`, from],
    );
    expect(failures).toBeGreaterThan(FREE);
  });

  it('is given back when the password couldn’t be looked at', async () => {
    const [name, from] = [nobody(), address()];
    for (let at = 0; at < 2 * FREE; at++) {
      const overloaded = guessing().attempt({ name, ...origin(from) }, () => {
        throw new DomainError('overloaded', 'Too many.');
      });
      await expect(overloaded).rejects.toMatchObject({ code: 'overloaded' });
    }
    const found = await guessing().attempt({ name, ...origin(from) }, async () => undefined);
    expect(found).toEqual({ account: undefined, withheld: false });
  });

  it('is waited for by those beyond, who get in by themselves when it was given up for dead', async () => {
    const { username, password } = await somebody();
    const from = address();
    const counts = behindProxy.app.get(GuessCounts, { strict: false });
    const target = counts.targetOf(username, from);
    for (let at = 0; at < FREE; at++) await counts.take(target);
    const waiting = tryFrom(from, username, password);
    await pass(40);
    expect((await waiting).status).toBe(200);
  });
});

describe('a reset', () => {
  it('forgets what was guessed under both names from everywhere, and knows the place from which it was done', async () => {
    const owner = await somebody();
    const [from, home] = [address(), address()];
    await attack(owner.username, FROM_ALL_PLACES);
    await times(FREE, () => tryFrom(from, owner.email));
    const guessing = behindProxy.app.get(Guessing, { strict: false });
    await behindProxy.database.transaction((manager) => guessing.forget(owner.id, home, manager));
    const { username, email, password } = owner;
    expect((await tryFrom(address(), username, password)).status).toBe(200);
    expect((await tryFrom(from, email, password)).status).toBe(200);
    await attack(username, FROM_ALL_PLACES);
    expect((await tryFrom(home, username, password)).status).toBe(200);
  });
});

describe('somebody who has to wait', () => {
  it('needn’t any more when an administrator says so, under either name and from wherever, and saying it again does no harm', async () => {
    const { id, username, email, password } = await somebody();
    const from = address();
    await attack(username, FROM_ALL_PLACES);
    await times(FREE, () => tryFrom(from, email));
    await worsen();
    expect((await tryFrom(address(), username, password)).status).toBe(429);
    expect((await tryFrom(from, email, password)).status).toBe(429);
    const unblock = async (token: string) =>
      (await behindProxy.ask(`/users/${id}/login-block`, { method: 'DELETE', token })).status;
    const another = await somebody();
    const theirs = (await tryFrom(address(), another.username, another.password)).json.access_token;
    expect(await unblock(theirs)).toBe(403);
    expect((await tryFrom(from, email, password)).status).toBe(429);
    const admin = await behindProxy.login('admin');
    const events = await eventsOf(behindProxy, async () => {
      expect([await unblock(admin), await unblock(admin)]).toEqual([204, 204]);
    });
    expect(events).toEqual(
      Array(2).fill(expect.objectContaining({ kind: 'user.unblocked', target: expect.objectContaining({ id }) })),
    );
    expect((await tryFrom(address(), username, password)).status).toBe(200);
    expect((await tryFrom(from, email, password)).status).toBe(200);
  });
});

describe('sweeping', () => {
  it('takes counts that mean nothing any more, and places where nobody has been for 90 days', async () => {
    const { database } = behindProxy;
    const count = async (table: string): Promise<number> =>
      (await database.query(`SELECT count(*)::int AS count FROM gatehouse.${table}`))[0].count;
    const sweeper = behindProxy.app.get(Sweeper, { strict: false });
    await sweeper.sweep();
    const before = [await count('guesses'), await count('known_places')];
    await sweeper.sweep();
    expect([await count('guesses'), await count('known_places')]).toEqual(before);
    await database.query(`UPDATE gatehouse.guesses SET forgotten_at = now() WHERE subject = ''`);
    await database.query(`UPDATE gatehouse.known_places SET last_at = now() - interval '91 days'`);
    await sweeper.sweep();
    expect(await count('known_places')).toBe(0);
    expect((await database.query(`SELECT FROM gatehouse.guesses WHERE subject = ''`)).length).toBe(0);
  });

  it('leaves what is kept of a name no trace of the name', async () => {
    const typed = `Hunter-${nobody()}`;
    await tryFrom(address(), typed);
    const rows = await behindProxy.database.query('SELECT * FROM gatehouse.guesses');
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows).toLowerCase()).not.toContain('hunter');
  });
});
