import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBuiltService, type BuiltService } from './support/built-service.js';
import { createTestDatabase } from './support/postgres.js';
import { readPostman, requestsOf } from './support/postman.js';

/** What a run over everything can't have, and why. */
const LEFT_OUT = {
  'GET /events': 'a stream has no end',
  'PUT /permissions/declared': 'applications declare their own',
};

/** A client without a name, as either choice of Postman’s OAuth 2.0 tab writes it, and no scope. */
const EMPTY_CLIENTS = [
  ['Send as Basic Auth header', { authorization: 'Basic Og==' }, { client_id: '', scope: '' }],
  ['Send client credentials in body', {}, { client_id: '', client_secret: '', scope: '' }],
] as const;

const { collection, environment } = await readPostman();
const requests = requestsOf(collection);

describe('the Postman collection', () => {
  let service: BuiltService;
  let drop: () => Promise<void>;
  let operations: string[];
  beforeAll(async () => {
    const made = await createTestDatabase();
    drop = made.drop;
    service = await startBuiltService({
      DATABASE_URL: made.url,
      DATA_DIR: tmpdir(),
      BCRYPT_COST: '10',
      APP_SECRET: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa',
    });
    const { paths } = (await (await fetch(`${service.url}/openapi.json`)).json()) as { paths: Record<string, object> };
    operations = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
  });
  afterAll(async () => {
    await service.stop();
    await drop();
  });

  it('asks for nothing that isn’t in the OpenAPI document, and for everything in it', () => {
    const asked = requests.map(({ method, path }) => `${method} ${path}`);
    for (const one of asked) expect(operations).toContain(one);
    expect(operations.filter((one) => !asked.includes(one)).toSorted()).toEqual(Object.keys(LEFT_OUT).toSorted());
  });

  it.each(EMPTY_CLIENTS)('logs in from the Authorization tab, with “%s”', async (_, headers, form) => {
    const password = service.passwords.get('admin')!;
    const body = new URLSearchParams({ grant_type: 'password', username: 'admin', password, ...form });
    const { status } = await fetch(`${service.url}/token`, { method: 'POST', headers, body });
    expect(status).toBe(200);
  });

  it('describes and tests each request', () => {
    expect(requests.length).toBeGreaterThan(70);
    for (const { name, description, tests } of requests) {
      expect(description, name).toMatch(/\S/);
      expect(tests, name).toMatch(/pm\.response\.to\.have\.status\(\d{3}\)/);
    }
  });

  it('looks where it is, of each thing that it makes', () => {
    const making = requests.filter(({ tests }) => tests.includes('status(201)'));
    expect(making.length).toBeGreaterThan(10);
    for (const { name, tests } of making) expect(tests, name).toContain("headers.get('Location')");
  });

  it('sends the token of the login unless a request says otherwise', () => {
    expect(collection.auth.oauth2).toContainEqual({ key: 'accessToken', value: '{{access_token}}', type: 'string' });
  });

  it('has variables that its environment names', () => {
    const text = JSON.stringify(collection);
    const used = [...text.matchAll(/\{\{(\w+)\}\}|pm\.environment\.set\('(\w+)'/g)].map(
      ([, read, set]) => read ?? set!,
    );
    const named = environment.values.map(({ key }) => key);
    expect(new Set(used)).toEqual(new Set(named));
  });

  it('has no secret in its environment, and a place where secrets aren’t shown', () => {
    const secrets = environment.values.filter(({ key }) => /password|token|secret/.test(key));
    expect(secrets.map(({ key }) => key)).toEqual(
      expect.arrayContaining(['password', 'access_token', 'client_secret']),
    );
    for (const { type, value } of secrets) expect({ type, value }).toEqual({ type: 'secret', value: '' });
  });
});
