import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { AccountLinks } from '../src/server/account-links/account-links.js';
import { PasswordHasher } from '../src/server/users/password-hasher.js';
import { createTestEnvironment, type Answer, type Ask, type TestEnvironment } from './support/environment.js';
import { createTestDatabase } from './support/postgres.js';

const PASSWORD = 'seven green kettles at noon';
const OTHER_PASSWORD = 'nine blue ladders by the sea';

/** Where what ends sessions is done, and another instance, which is to hear of it. */
let here: TestEnvironment;
let there: TestEnvironment;
let drop: () => Promise<void>;
let admin: string;

beforeAll(async () => {
  const database = await createTestDatabase();
  drop = database.drop;
  here = await createTestEnvironment({ databaseUrl: database.url });
  there = await createTestEnvironment({ databaseUrl: database.url });
  admin = await here.login('admin');
});
afterAll(async () => {
  await there.close();
  await here.close();
  await drop();
});
afterEach(() => vi.restoreAllMocks());

/** Somebody who is logged in. */
interface Person {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  /** By which they do something themselves. */
  readonly own: Login;
  /** All others, some of this instance and some of the other. */
  readonly others: readonly Login[];
}

interface Login {
  readonly access: string;
  readonly refresh: string;
}

async function logIn(at: TestEnvironment, username: string, password = PASSWORD): Promise<Login> {
  const { json, text } = await at.ask('/token', { form: { username, password } });
  expect(json, text).toHaveProperty('refresh_token');
  return { access: json.access_token, refresh: json.refresh_token };
}

const stateAt = async (at: TestEnvironment, { access }: Login) => (await at.ask('/users/me', { token: access })).status;
const refreshAt = (at: TestEnvironment, { refresh }: Login) =>
  at.ask('/token', { form: { grant_type: 'refresh_token', refresh_token: refresh } });

/** A new person, logged in at both, whose tokens both know already. */
async function somebody(): Promise<Person> {
  const username = `p-${randomUUID().slice(0, 8)}`;
  const email = `${username}@example.org`;
  const made = await byAdmin('/users', { json: { username, email, password: PASSWORD, isVerified: true } });
  expect(made.status, made.text).toBe(201);
  const own = await logIn(here, username);
  const others = [await logIn(here, username), await logIn(there, username)];
  // A refresh within one of them, so that there are tokens of two generations.
  const { json } = await refreshAt(there, others[1]!);
  others.push({ access: json.access_token, refresh: json.refresh_token });
  for (const login of [own, ...others]) {
    for (const at of [here, there]) expect(await stateAt(at, login)).toBe(200);
  }
  return { id: made.json.id, username, email, own, others };
}

const byAdmin = (path: string, ask: Ask): Promise<Answer> => here.ask(path, { token: admin, ...ask });

async function reset({ id, email }: Person): Promise<Answer> {
  const links = here.app.get(AccountLinks, { strict: false });
  const link = await links.make('reset-password', id, email, here.database.manager);
  const token = new URL(link!).searchParams.get('token');
  return here.ask('/auth/reset-password', { json: { token, password: OTHER_PASSWORD } });
}

/** What ends sessions. All of it is asked of one instance. */
const ENDS: readonly {
  readonly by: string;
  readonly act: (person: Person) => Promise<Answer>;
  readonly keepsOwn?: true;
  /** With which one logs in afterwards; undefined: with none. */
  readonly password?: string;
}[] = [
  {
    by: 'a change of the password',
    act: ({ own }) =>
      here.ask('/users/me/password', {
        token: own.access,
        json: { currentPassword: PASSWORD, newPassword: OTHER_PASSWORD },
      }),
    keepsOwn: true,
    password: OTHER_PASSWORD,
  },
  { by: 'a reset of the password', act: reset, password: OTHER_PASSWORD },
  {
    by: 'a password set by an administrator',
    act: ({ id }) => byAdmin(`/users/${id}`, { method: 'PATCH', json: { password: OTHER_PASSWORD } }),
    password: OTHER_PASSWORD,
  },
  {
    by: 'switching the account off',
    act: ({ id }) => byAdmin(`/users/${id}`, { method: 'PATCH', json: { isActive: false } }),
  },
  { by: 'deleting the account', act: ({ id }) => byAdmin(`/users/${id}`, { method: 'DELETE' }) },
  {
    by: 'deleting one’s own account',
    act: ({ own }) => here.ask('/users/me', { method: 'DELETE', token: own.access }),
  },
  {
    by: 'an administrator who ends them',
    act: ({ id }) => byAdmin(`/users/${id}/sessions`, { method: 'DELETE' }),
    password: PASSWORD,
  },
];

describe.each(ENDS)('by $by', ({ act, keepsOwn, password }) => {
  it(`all sessions end${keepsOwn ? ' but the own' : ''}, at both instances, with their refresh tokens`, async () => {
    const person = await somebody();
    const { status, text } = await act(person);
    expect(status, text).toBeLessThan(300);

    const ended = keepsOwn ? person.others : [person.own, ...person.others];
    for (const login of ended) expect(await stateAt(here, login), 'where it was done, at once').toBe(401);
    for (const login of ended) {
      await expect.poll(() => stateAt(there, login), { interval: 10, timeout: 2_000 }).toBe(401);
    }
    for (const login of ended) {
      for (const at of [there, here]) {
        expect((await refreshAt(at, login)).json).toMatchObject({ error: 'invalid_grant' });
      }
    }
    if (keepsOwn) {
      for (const at of [here, there]) expect(await stateAt(at, person.own)).toBe(200);
      const { status: refreshed, json } = await refreshAt(there, person.own);
      expect(refreshed).toBe(200);
      expect(await stateAt(here, { access: json.access_token, refresh: '' })).toBe(200);
    }
    for (const at of [here, there]) {
      for (const one of [PASSWORD, OTHER_PASSWORD]) {
        const { status: answered } = await at.ask('/token', { form: { username: person.username, password: one } });
        expect(answered).toBe(one === password ? 200 : 400);
      }
    }
  });

  it('a login that is under way at the other instance, its password found right, gets nothing', async () => {
    const person = await somebody();
    const { checked, goOn } = holdAfterCheck(there);
    const login = there.ask('/token', { form: { username: person.username, password: PASSWORD } });
    await checked;
    const { status, text } = await act(person);
    expect(status, text).toBeLessThan(300);
    goOn();
    expect(await login).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
  });
});

describe('another change of the account', () => {
  it('ends nothing', async () => {
    const person = await somebody();
    const { status } = await byAdmin(`/users/${person.id}`, {
      method: 'PATCH',
      json: { name: 'Another', groups: ['hr'], description: 'Changed' },
    });
    expect(status).toBe(200);
    for (const login of [person.own, ...person.others]) {
      for (const at of [here, there]) expect(await stateAt(at, login)).toBe(200);
    }
    expect((await refreshAt(there, person.own)).status).toBe(200);
  });
});

/** Lets an instance check a password as it does, and holds it up before it goes on. */
function holdAfterCheck(at: TestEnvironment): { checked: Promise<void>; goOn: () => void } {
  const hasher = at.app.get(PasswordHasher, { strict: false });
  const verify = hasher.verify.bind(hasher);
  let [isChecked, goOn] = [() => {}, () => {}];
  const checked = new Promise<void>((resolve) => (isChecked = resolve));
  const freed = new Promise<void>((resolve) => (goOn = resolve));
  vi.spyOn(hasher, 'verify').mockImplementation(async (...args) => {
    const fits = await verify(...args);
    isChecked();
    await freed;
    return fits;
  });
  return { checked, goOn };
}
