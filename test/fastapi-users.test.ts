import { randomUUID } from 'node:crypto';
import { Module } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DomainEvents, type DomainEvent } from '../src/index.js';
import { AccountLinks, type LinkPurpose } from '../src/server/account-links/account-links.js';
import { createTestEnvironment, type Answer, type Ask, type TestEnvironment } from './support/environment.js';
import { createTestDatabase } from './support/postgres.js';

// fastapi-users (https://fastapi-users.github.io): each of its routers with each of its errors, in the terms of this
// service, and who is let in where. Its errors are codes in `detail`; here they are RFC 6749's at /token, and problem
// details with the name of the field elsewhere. Where an answer of its tells whether there is an account, ours doesn't.

const PASSWORD = 'seven green kettles at noon';
const OTHER_PASSWORD = 'nine blue ladders by the sea';

let service: TestEnvironment;
/** On the same database, where nobody gets in before their mail address is verified. */
let strict: TestEnvironment;
let drop: () => Promise<void>;
let admin: string;
const told: DomainEvent[] = [];

/** What its users write as `on_after_register` and so on. */
@Module({})
class HooksModule {
  constructor(events: DomainEvents) {
    events.listen({ handle: (event) => void told.push(event) });
  }
}

beforeAll(async () => {
  const database = await createTestDatabase();
  drop = database.drop;
  const env = { REGISTRATION: 'open' };
  service = await createTestEnvironment({ databaseUrl: database.url, env, modules: [HooksModule] });
  const strictly = { ...env, REQUIRE_VERIFIED_EMAIL: 'on' };
  strict = await createTestEnvironment({ databaseUrl: database.url, env: strictly });
  admin = await service.login('admin');
});
afterAll(async () => {
  await strict?.close();
  await service?.close();
  await drop();
});

interface Person {
  readonly id: string;
  readonly username: string;
  readonly email: string;
}

/** Somebody new, made by the administrator: unverified unless told. */
async function somebody(fields: object = {}): Promise<Person> {
  const username = `p-${randomUUID().slice(0, 8)}`;
  const email = `${username}@example.org`;
  const { status, json, text } = await byAdmin('/users', { json: { username, email, password: PASSWORD, ...fields } });
  expect(status, text).toBe(201);
  return { id: json.id, username, email };
}

const byAdmin = (path: string, ask: Ask = {}): Promise<Answer> => service.ask(path, { token: admin, ...ask });
const disable = ({ id }: Person) => byAdmin(`/users/${id}`, { method: 'PATCH', json: { isActive: false } });
const logIn = ({ username }: Person, password = PASSWORD, at = service): Promise<Answer> =>
  at.ask('/token', { form: { username, password } });

async function tokenOf(person: Person): Promise<string> {
  const { json, text } = await logIn(person);
  expect(json, text).toHaveProperty('access_token');
  return json.access_token;
}

/** As somebody finds it in the mail; undefined where none would be sent. */
async function mailed(purpose: LinkPurpose, { id, email }: Person): Promise<string | null> {
  const links = service.app.get(AccountLinks, { strict: false });
  const link = await links.make(purpose, id, email, service.database.manager);
  return link === undefined ? null : new URL(link).searchParams.get('token');
}

/** As a new person, with a token of theirs. */
async function asSomebody(path: string, ask: Ask): Promise<Answer> {
  return service.ask(path, { ...ask, token: await tokenOf(await somebody()) });
}

const fieldIs = (path: string) => ({ errors: [expect.objectContaining({ path })] });
const BAD_CREDENTIALS = { error: 'invalid_grant', error_description: 'The user name or the password is wrong.' };
const NOBODY = '00000000-0000-4000-8000-000000000000';

interface Row {
  /** As fastapi-users calls it. */
  readonly theirs: string;
  readonly ask: () => Promise<Answer>;
  readonly status: number;
  readonly says?: object;
}

const AUTH: readonly Row[] = [
  {
    theirs: 'POST /login: 200',
    ask: async () => logIn(await somebody()),
    status: 200,
    says: { access_token: expect.any(String), token_type: 'Bearer' },
  },
  {
    theirs: 'POST /login: 200, by mail address',
    ask: async () => logIn({ ...(await somebody()), get username() { return this.email; } }), // prettier-ignore
    status: 200,
  },
  {
    theirs: 'POST /login: LOGIN_BAD_CREDENTIALS, a wrong password',
    ask: async () => logIn(await somebody(), OTHER_PASSWORD),
    status: 400,
    says: BAD_CREDENTIALS,
  },
  {
    theirs: 'POST /login: LOGIN_BAD_CREDENTIALS, nobody',
    ask: () => logIn({ id: '', username: 'nobody-at-all', email: '' }),
    status: 400,
    says: BAD_CREDENTIALS,
  },
  {
    theirs: 'POST /login: LOGIN_BAD_CREDENTIALS, inactive',
    ask: async () => {
      const person = await somebody();
      await disable(person);
      return logIn(person);
    },
    status: 400,
    says: BAD_CREDENTIALS,
  },
  {
    theirs: 'POST /login: LOGIN_USER_NOT_VERIFIED',
    ask: async () => logIn(await somebody(), PASSWORD, strict),
    status: 400,
    says: BAD_CREDENTIALS,
  },
  {
    theirs: 'POST /login: 200, where one must be verified and is',
    ask: async () => logIn(await somebody({ isVerified: true }), PASSWORD, strict),
    status: 200,
  },
  {
    theirs: 'POST /login: 422',
    ask: () => service.ask('/token', { form: { username: 'somebody' } }),
    status: 400,
    says: { error: 'invalid_request' },
  },
  {
    theirs: 'POST /logout: 204',
    ask: async () => {
      const token = await tokenOf(await somebody());
      const { json } = await service.ask('/users/me/sessions', { token });
      const [{ id }] = json.items;
      const ended = await service.ask(`/users/me/sessions/${id}`, { token, method: 'DELETE' });
      expect((await service.ask('/users/me', { token })).status).toBe(401);
      return ended;
    },
    status: 204,
  },
  {
    theirs: 'POST /logout: 401',
    ask: () => service.ask(`/users/me/sessions/${NOBODY}`, { method: 'DELETE' }),
    status: 401,
  },
];

const register = (json: object, at = service) => at.ask('/auth/register', { json });
const newcomer = () => ({ email: `n-${randomUUID().slice(0, 8)}@example.org`, password: PASSWORD });

const REGISTER: readonly Row[] = [
  {
    theirs: 'POST /register: 201',
    ask: () => register(newcomer()),
    status: 201,
    says: { id: expect.stringMatching(/^[\da-f-]{36}$/), verificationRequired: false },
  },
  {
    theirs: 'POST /register: REGISTER_USER_ALREADY_EXISTS',
    ask: async () => register({ ...newcomer(), email: (await somebody()).email.toUpperCase() }),
    status: 409,
    says: fieldIs('email'),
  },
  {
    theirs: 'POST /register: REGISTER_USER_ALREADY_EXISTS, which isn’t told where addresses are verified',
    ask: async () => register({ ...newcomer(), email: (await somebody()).email }, strict),
    status: 201,
    says: { verificationRequired: true },
  },
  {
    theirs: 'POST /register: REGISTER_INVALID_PASSWORD, with the reason',
    ask: () => register({ ...newcomer(), password: 'password123' }),
    status: 400,
    says: { errors: [{ path: 'password', message: expect.stringMatching(/\w{3}/) }] },
  },
  {
    theirs: 'POST /register: 422',
    ask: () => register({ ...newcomer(), email: 'no address' }),
    status: 400,
    says: fieldIs('email'),
  },
  ...['isActive', 'isVerified', 'isSuperuser', 'roles', 'groups'].map((field) => ({
    theirs: `POST /register: 201, without a ${field} that is sent`,
    ask: () => register({ ...newcomer(), [field]: field.startsWith('is') ? true : ['administrators'] }),
    status: 400,
    says: fieldIs(field),
  })),
];

const forgot = (email: string) => service.ask('/auth/forgot-password', { json: { email } });
const reset = (token: string | null, password = OTHER_PASSWORD) =>
  service.ask('/auth/reset-password', { json: { token, password } });

const RESET: readonly Row[] = [
  { theirs: 'POST /forgot-password: 202', ask: async () => forgot((await somebody()).email), status: 202 },
  { theirs: 'POST /forgot-password: 202, nobody', ask: () => forgot('nobody@example.org'), status: 202 },
  {
    theirs: 'POST /forgot-password: 202, inactive',
    ask: async () => {
      const person = await somebody();
      await disable(person);
      return forgot(person.email);
    },
    status: 202,
  },
  { theirs: 'POST /forgot-password: 422', ask: () => forgot('no address'), status: 400, says: fieldIs('email') },
  {
    theirs: 'POST /reset-password: 200',
    ask: async () => {
      const person = await somebody();
      const answer = await reset(await mailed('reset-password', person));
      expect((await logIn(person)).status).toBe(400);
      expect((await logIn(person, OTHER_PASSWORD)).status).toBe(200);
      return answer;
    },
    status: 204,
  },
  {
    theirs: 'POST /reset-password: RESET_PASSWORD_BAD_TOKEN',
    ask: () => reset('A'.repeat(72)),
    status: 400,
    says: fieldIs('token'),
  },
  {
    theirs: 'POST /reset-password: RESET_PASSWORD_BAD_TOKEN, used',
    ask: async () => {
      const token = await mailed('reset-password', await somebody());
      await reset(token);
      return reset(token, PASSWORD);
    },
    status: 400,
    says: fieldIs('token'),
  },
  {
    theirs: 'POST /reset-password: RESET_PASSWORD_BAD_TOKEN, inactive meanwhile',
    ask: async () => {
      const person = await somebody();
      const token = await mailed('reset-password', person);
      await disable(person);
      return reset(token);
    },
    status: 400,
    says: fieldIs('token'),
  },
  {
    theirs: 'POST /reset-password: RESET_PASSWORD_INVALID_PASSWORD, with the reason',
    ask: async () => reset(await mailed('reset-password', await somebody()), 'password123'),
    status: 400,
    says: { errors: [{ path: 'password', message: expect.stringMatching(/\w{3}/) }] },
  },
];

const requestVerification = (email: string) => service.ask('/auth/verify/request', { json: { email } });
const verify = (token: string | null) => service.ask('/auth/verify', { json: { token } });

const VERIFY: readonly Row[] = [
  {
    theirs: 'POST /request-verify-token: 202',
    ask: async () => requestVerification((await somebody()).email),
    status: 202,
  },
  {
    theirs: 'POST /request-verify-token: 202, nobody',
    ask: () => requestVerification('nobody@example.org'),
    status: 202,
  },
  {
    theirs: 'POST /request-verify-token: 202, verified already',
    ask: async () => requestVerification((await somebody({ isVerified: true })).email),
    status: 202,
  },
  {
    theirs: 'POST /verify: 200',
    ask: async () => {
      const person = await somebody();
      const answer = await verify(await mailed('verify-email', person));
      expect((await byAdmin(`/users/${person.id}`)).json).toMatchObject({ isVerified: true });
      expect((await logIn(person, PASSWORD, strict)).status).toBe(200);
      return answer;
    },
    status: 204,
  },
  {
    theirs: 'POST /verify: VERIFY_USER_BAD_TOKEN',
    ask: () => verify('A'.repeat(72)),
    status: 400,
    says: fieldIs('token'),
  },
  {
    theirs: 'POST /verify: VERIFY_USER_BAD_TOKEN, of another purpose',
    ask: async () => verify(await mailed('reset-password', await somebody())),
    status: 400,
    says: fieldIs('token'),
  },
  {
    theirs: 'POST /verify: VERIFY_USER_ALREADY_VERIFIED',
    ask: async () => {
      const token = await mailed('verify-email', await somebody());
      await verify(token);
      return verify(token);
    },
    status: 400,
    says: fieldIs('token'),
  },
];

const changePassword = (currentPassword: string, newPassword: string) =>
  asSomebody('/users/me/password', { json: { currentPassword, newPassword } });
const patchMe = (json: object) => asSomebody('/users/me', { method: 'PATCH', json });
const patch = async (json: object) => byAdmin(`/users/${(await somebody()).id}`, { method: 'PATCH', json });

const USERS: readonly Row[] = [
  { theirs: 'GET /me: 200', ask: () => asSomebody('/users/me', {}), status: 200, says: { isActive: true, roles: [] } },
  { theirs: 'GET /me: 401', ask: () => service.ask('/users/me'), status: 401 },
  { theirs: 'PATCH /me: 200', ask: () => patchMe({ name: 'Ann' }), status: 200, says: { name: 'Ann' } },
  {
    theirs: 'PATCH /me: 200, another mail address, which takes effect when it is verified',
    ask: () => patchMe({ email: 'another@example.org' }),
    status: 200,
    says: { email: expect.stringMatching(/^p-/), pendingEmail: 'another@example.org' },
  },
  {
    theirs: 'PATCH /me: UPDATE_USER_EMAIL_ALREADY_EXISTS, which isn’t told',
    ask: async () => patchMe({ email: (await somebody()).email }),
    status: 200,
  },
  {
    theirs: 'PATCH /me: a user name that is taken',
    ask: async () => patchMe({ username: (await somebody()).username }),
    status: 409,
    says: fieldIs('username'),
  },
  { theirs: 'PATCH /me: 200, with a password', ask: () => changePassword(PASSWORD, OTHER_PASSWORD), status: 204 },
  {
    theirs: 'PATCH /me: UPDATE_USER_INVALID_PASSWORD, with the reason',
    ask: () => changePassword(PASSWORD, 'password123'),
    status: 400,
    says: { errors: [{ path: 'newPassword', message: expect.stringMatching(/\w{3}/) }] },
  },
  {
    theirs: 'PATCH /me: a password, without the current one',
    ask: () => changePassword('not the password', OTHER_PASSWORD),
    status: 400,
    says: fieldIs('currentPassword'),
  },
  ...['isActive', 'isVerified', 'isSuperuser', 'roles', 'groups', 'password'].map((field) => ({
    theirs: `PATCH /me: 200, without a ${field} that is sent`,
    ask: () => patchMe({ [field]: field.startsWith('is') ? true : ['administrators'] }),
    status: 400,
    says: fieldIs(field),
  })),
  {
    theirs: 'GET /{id}: 200, as a superuser',
    ask: async () => byAdmin(`/users/${(await somebody()).id}`),
    status: 200,
    says: { isActive: true, isVerified: false },
  },
  { theirs: 'GET /{id}: 403', ask: async () => asSomebody(`/users/${(await somebody()).id}`, {}), status: 403 },
  { theirs: 'GET /{id}: 404', ask: () => byAdmin(`/users/${NOBODY}`), status: 404 },
  {
    theirs: 'PATCH /{id}: 200, all that nobody can of themselves',
    ask: () => patch({ isVerified: true, roles: ['administrator'] }),
    status: 200,
    says: { isVerified: true, roles: ['administrator'] },
  },
  {
    theirs: 'PATCH /{id}: UPDATE_USER_EMAIL_ALREADY_EXISTS',
    ask: async () => patch({ email: (await somebody()).email }),
    status: 409,
    says: fieldIs('email'),
  },
  {
    theirs: 'PATCH /{id}: UPDATE_USER_INVALID_PASSWORD, with the reason',
    ask: () => patch({ password: 'password123' }),
    status: 400,
    says: { errors: [{ path: 'password', message: expect.stringMatching(/\w{3}/) }] },
  },
  {
    theirs: 'PATCH /{id}: 404',
    ask: () => byAdmin(`/users/${NOBODY}`, { method: 'PATCH', json: { name: 'Ann' } }),
    status: 404,
  },
  {
    theirs: 'DELETE /{id}: 204',
    ask: async () => {
      const person = await somebody();
      const token = await tokenOf(person);
      const answer = await byAdmin(`/users/${person.id}`, { method: 'DELETE' });
      expect((await service.ask('/users/me', { token })).status).toBe(401);
      expect((await byAdmin(`/users/${person.id}`)).status).toBe(404);
      return answer;
    },
    status: 204,
  },
  { theirs: 'DELETE /{id}: 404', ask: () => byAdmin(`/users/${NOBODY}`, { method: 'DELETE' }), status: 404 },
  { theirs: 'a list, which it hasn’t', ask: () => byAdmin('/users?limit=2'), status: 200 },
];

describe.each([
  ['auth', AUTH],
  ['register', REGISTER],
  ['reset password', RESET],
  ['verify', VERIFY],
  ['users', USERS],
])('the %s router of fastapi-users:', (_, rows) => {
  it.each(rows.map((row) => [row.theirs, row] as const))('%s', async (_theirs, { ask, status, says }) => {
    const answer = await ask();
    expect(answer.status, answer.text).toBe(status);
    if (says) expect(answer.json).toMatchObject(says);
    // Neither a hash nor a password, whatever is answered.
    expect(answer.text).not.toMatch(/\$2[aby]\$|passwordHash/);
    expect(answer.text).not.toContain(PASSWORD);
  });
});

describe('the hooks of fastapi-users, as events', () => {
  it.each([
    ['on_after_register', 'UserRegistered', () => register(newcomer())],
    ['on_after_login', 'LoginSucceeded', async () => logIn(await somebody())],
    ['on_after_forgot_password', 'PasswordResetRequested', async () => forgot((await somebody()).email)],
    [
      'on_after_reset_password',
      'PasswordReset',
      async () => reset(await mailed('reset-password', await somebody({ isVerified: true }))),
    ],
    ['on_after_verify', 'UserVerified', async () => verify(await mailed('verify-email', await somebody()))],
    ['on_after_update', 'UserUpdated', () => patch({ name: 'Ann' })],
    ['on_after_delete', 'UserDeleted', async () => byAdmin(`/users/${(await somebody()).id}`, { method: 'DELETE' })],
  ] as const)('%s: %s', async (_, type, act) => {
    const before = told.length;
    expect((await act()).status).toBeLessThan(300);
    await expect.poll(() => told.slice(before).map((event) => event.type)).toContain(type);
    expect(told.slice(before).filter((event) => event.type === type)).toHaveLength(1);
  });
});

/** Who comes, in the order of the columns below. */
const CALLERS = ['none', 'bad', 'disabled', 'plain', 'verified', 'administrator'] as const;
type Caller = (typeof CALLERS)[number];

/**
 * What each is answered. A body that is sent says nothing, and what is asked for isn't there, so 400 and 404 are answers to
 * somebody who is let in. 204 at the end: whoever has an account may delete it.
 */
const MATRIX = `
                                     none bad disabled plain verified administrator
  POST /token                        400  401  401  400  400  400
  POST /auth/register                400  401  401  400  400  400
  POST /auth/verify/request          400  401  401  400  400  400
  POST /auth/verify                  400  401  401  400  400  400
  POST /auth/forgot-password         400  401  401  400  400  400
  POST /auth/reset-password          400  401  401  400  400  400
  POST /auth/password-strength       400  401  401  400  400  400
  GET /users/me                      401  401  401  200  200  200
  PATCH /users/me                    401  401  401  200  200  200
  POST /users/me/password            401  401  401  400  400  400
  GET /users/me/sessions             401  401  401  200  200  200
  DELETE /users/me/sessions          401  401  401  204  204  204
  DELETE /users/me/sessions/{id}     401  401  401  404  404  404
  GET /users                         401  401  401  403  403  200
  POST /users                        401  401  401  403  403  400
  GET /users/{id}                    401  401  401  403  403  404
  PATCH /users/{id}                  401  401  401  403  403  404
  DELETE /users/{id}                 401  401  401  403  403  404
  POST /users/{id}/reset-password    401  401  401  403  403  404
  DELETE /users/{id}/login-block     401  401  401  403  403  404
  DELETE /users/{id}/sessions        401  401  401  403  403  404
  GET /users/{id}/permissions        401  401  401  403  403  404
  GET /users/{id}/access             401  401  401  403  403  400
  DELETE /users/me                   401  401  401  204  204  204
`
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [method, path, ...statuses] = line.trim().split(/ +/);
    return [`${method} ${path}`, statuses.map(Number)] as const;
  });

describe('the guard matrix', () => {
  const tokens = new Map<Caller, string>([['bad', 'bad']]);
  const people = new Map<Caller, Person>();
  beforeAll(async () => {
    for (const [caller, fields] of [
      ['disabled', {}],
      ['plain', {}],
      ['verified', { isVerified: true }],
      ['administrator', { isVerified: true, roles: ['administrator'] }],
    ] as const) {
      const person = await somebody(fields);
      people.set(caller, person);
      tokens.set(caller, await tokenOf(person));
    }
    await disable(people.get('disabled')!);
  });

  it('has every route by which accounts are had', async () => {
    const { json: document } = await service.ask('/openapi.json');
    const routes = Object.entries<object>(document.paths)
      .filter(([path]) => /^\/(auth|users)(\/|$)/.test(path))
      .flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`));
    const inMatrix = MATRIX.map(([route]) => route).filter((route) => route !== 'POST /token');
    expect(inMatrix.toSorted()).toEqual(routes.toSorted());
  });

  it.each(MATRIX)('%s', async (route, statuses) => {
    const [method, path] = route.split(' ') as [string, string];
    const body = method === 'POST' || method === 'PATCH' ? (path === '/token' ? { form: {} } : { json: {} }) : {};
    for (const [index, caller] of CALLERS.entries()) {
      const address = path.replace('{id}', NOBODY);
      const answer = await service.ask(address, { method, token: tokens.get(caller), ...body });
      expect(answer.status, `${caller}: ${answer.text}`).toBe(statuses[index]);
      const challenge = answer.headers.get('www-authenticate');
      if (answer.status === 401) {
        expect(challenge, caller).toBe(caller === 'none' ? 'Bearer' : 'Bearer error="invalid_token"');
      }
      if (answer.status === 403) expect(challenge, caller).toMatch(/^Bearer error="insufficient_scope", scope="users:/);
    }
  });

  it('where the mail address must be verified, who isn’t gets no token', async () => {
    for (const [fields, status] of [
      [{}, 400],
      [{ isVerified: true }, 200],
    ] as const) {
      expect((await logIn(await somebody(fields), PASSWORD, strict)).status).toBe(status);
    }
  });
});
