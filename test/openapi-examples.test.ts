import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operationsOf, type Operation } from './hostile/openapi.js';
import { startBuiltService, type BuiltService } from './support/built-service.js';
import { ask } from './support/http.js';
import { createTestDatabase, type TestDatabase } from './support/postgres.js';

/** What can't work as it stands, and what only somebody else has that it takes. */
const NEEDS_MORE: Readonly<Record<string, string>> = {
  'POST /auth/verify': 'the token of a link',
  'POST /auth/reset-password': 'the token of a link',
  'POST /users/me/password': 'the current password',
  'POST /config/import': 'a document that was exported',
  'PUT /permissions/declared': 'an application’s token',
};

let database: TestDatabase;
let service: BuiltService;
let operations: Operation[];
let admin: string;

beforeAll(async () => {
  database = await createTestDatabase();
  // The built one, since most examples are put into the document by the compiler.
  service = await startBuiltService({
    DATABASE_URL: database.url,
    APP_SECRET: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa',
    NODE_ENV: 'test',
    DEMO: 'on',
    BCRYPT_COST: '4',
    REGISTRATION: 'open',
  });
  const document = (await ask(service.url, 'GET', '/openapi.json')).json;
  // What is made first, then what is done with it.
  operations = operationsOf(document)
    .filter(({ example, isForm }) => example !== undefined && !isForm)
    .toSorted((one, other) => Number(one.path.includes('{')) - Number(other.path.includes('{')));
  const form = { username: 'admin', password: service.passwords.get('admin')! };
  admin = (await ask(service.url, 'POST', '/token', { form })).json.access_token;
});
afterAll(async () => {
  await service?.stop();
  await database?.drop();
});

/** What the example of the same list has made takes the place of the parameter. */
async function addressOf({ path }: Operation): Promise<string> {
  const [list = '', parameter] = path.split(/\/\{|\}/);
  if (parameter === undefined) return path;
  const { json } = await ask(service.url, 'GET', `${list}?limit=200`, { token: admin });
  const maker = operations.find((one) => `${one.method} ${one.path}` === `POST ${list}`);
  const example = maker?.example as Readonly<Record<string, unknown>> | undefined;
  const key = ['username', 'clientId', 'name'].find((name) => example && name in example);
  const made = json.items.find((item: any) => key === undefined || item[key] === example?.[key]);
  if (!made) throw new Error(`the example of ${list} is not there`);
  return path.replace(/\{\w+\}/, encodeURIComponent(made[parameter]));
}

describe('“Try it out” in Swagger UI', () => {
  it('works on a new service with what is filled in for the body', async () => {
    const refused: string[] = [];
    for (const operation of operations) {
      const name = `${operation.method} ${operation.path}`;
      if (name in NEEDS_MORE) continue;
      const { status, json } = await ask(service.url, operation.method, await addressOf(operation), {
        token: admin,
        json: operation.example,
      });
      if (status >= 300) refused.push(`${name} ${JSON.stringify(operation.example)} ${status} ${json.detail}`);
    }
    expect(refused).toEqual([]);
  });

  it('fills in no password that is taken: Swagger UI’s is ********, which everybody would have who only tries it out', async () => {
    const json = { email: 'tried-out@example.com', password: '********' };
    const { status, json: problem } = await ask(service.url, 'POST', '/auth/register', { json });
    expect([status, problem.errors]).toEqual([
      400,
      [
        {
          path: 'password',
          message: expect.stringMatching(/^password is only what is shown .* Put in one of your own/),
        },
      ],
    ]);
  });

  it('fills in none where none is needed', () => {
    const withPassword = operations.filter(({ example }) => /"(current|new)?password":/i.test(JSON.stringify(example)));
    expect(withPassword.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual([
      'POST /auth/password-strength',
      'POST /auth/register',
      'POST /auth/reset-password',
      'POST /users/me/password',
    ]);
  });
});
