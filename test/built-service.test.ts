import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Schema } from './hostile/openapi.js';
import { DidNotStart, makeDataDir, startBuiltService, type BuiltService } from './support/built-service.js';
import { createTestDatabase } from './support/postgres.js';

// Processes are born here, some of them with a database to make.
vi.setConfig({ testTimeout: 60_000 });

/** What browsers show: documentation, and the pages behind mailed links. */
const NOT_AN_API = /^\/(docs|openapi\.json|verify-email|reset-password)/;

const SECRET = 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa';
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
});

async function dataDir(): Promise<string> {
  const { path, remove } = await makeDataDir();
  cleanUp.push(remove);
  return path;
}

async function database(): Promise<string> {
  const { url, drop } = await createTestDatabase();
  cleanUp.push(drop);
  return url;
}

/** On PostgreSQL unless told otherwise: making an embedded database takes seconds. */
async function start(env: Record<string, string>): Promise<BuiltService> {
  const needed = {
    DATA_DIR: env['DATA_DIR'] ?? (await dataDir()),
    DATABASE_URL: env['DATABASE_URL'] ?? (await database()),
  };
  const service = await startBuiltService({ BCRYPT_COST: '10', ...needed, ...env });
  cleanUp.push(async () => service.process.exitCode ?? service.stop('SIGKILL'));
  return service;
}

async function whyNot(env: Record<string, string>): Promise<string> {
  const failure = await start(env).catch((error: unknown) => error);
  if (!(failure instanceof DidNotStart)) throw new Error('it started');
  expect(failure.code).toBe(1);
  return failure.output;
}

async function login({ url, passwords }: BuiltService, username: string): Promise<string> {
  const body = new URLSearchParams({ username, password: passwords.get(username)! });
  const response = await fetch(`${url}/token`, { method: 'POST', body });
  return ((await response.json()) as { access_token: string }).access_token;
}

const status = async ({ url }: BuiltService, path: string, token: string) =>
  (await fetch(url + path, { headers: { authorization: `Bearer ${token}` } })).status;

describe('the main job, on each database', () => {
  it.each([
    ['the embedded one', async () => ''],
    ['PostgreSQL 18', database],
  ])('works on %s, and after kill -9', async (_, url) => {
    const env = { DATA_DIR: await dataDir(), DATABASE_URL: await url() };
    const first = await start(env);
    const frank = await login(first, 'frank');
    expect(await status(first, '/finance/data', frank)).toBe(200);
    expect(await status(first, '/finance/data', await login(first, 'maria'))).toBe(403);
    await first.stop('SIGKILL');

    const second = await start({ ...env, PUBLIC_URL: first.url });
    expect(second.passwords.size).toBe(0);
    expect(await status(second, '/finance/data', frank)).toBe(200);
    expect(await second.stop()).toBe(0);
  });
});

describe('starting', () => {
  it('says what is wrong in a sentence, without a stack', async () => {
    const settings = await whyNot({ PORT: 'eighty', BCRYPT_COST: '99' });
    expect(settings).toContain('PORT is "eighty"');
    expect(settings).toContain('BCRYPT_COST is "99"');
    const production = await whyNot({ NODE_ENV: 'production' });
    expect(production).toContain('APP_SECRET');
    const unreachable = await whyNot({ DATABASE_URL: 'mysql://root:hunter2@127.0.0.1/x' });
    expect(unreachable).toContain('DATABASE_URL');
    for (const text of [settings, production, unreachable]) {
      expect(text).not.toMatch(/\n {4}at /);
      expect(text).not.toContain('hunter2');
    }
  });

  it('names the process that has the folder of the embedded database', async () => {
    const env = { DATA_DIR: await dataDir(), DATABASE_URL: '' };
    const first = await start(env);
    const refused = await whyNot(env);
    expect(refused).toContain(`process ${first.process.pid}`);
    // A stack before the sentence would only hide it.
    expect(refused).not.toMatch(/\bat \S+ \(?file:/);
  });

  it('says when its port is taken', async () => {
    const first = await start({});
    expect(await whyNot({ PORT: new URL(first.url).port })).toContain('is in use by another process. Set PORT');
  });
});

describe('stopping', () => {
  it('ends after the requests under way, and takes no new ones', async () => {
    const service = await start({ BCRYPT_COST: '13' });
    const underWay = login(service, 'frank');
    // The form has arrived when its connection shows on the server; the hash takes much longer than this answer.
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
    const stopped = service.stop();
    await expect(underWay).resolves.toBeTypeOf('string');
    expect(await stopped).toBe(0);
    await expect(fetch(`${service.url}/health/live`)).rejects.toThrow('fetch failed');
  });

  // As browsers and HTTP clients open some in advance. Node doesn't count them as idle, and the service was ended as one that hangs.
  it('isn’t held up by connections on which nothing was asked yet', async () => {
    const service = await start({});
    const { hostname, port } = new URL(service.url);
    const unused = Array.from({ length: 3 }, () => connect(Number(port), hostname).on('error', () => undefined));
    cleanUp.push(async () => unused.forEach((connection) => connection.destroy()));
    await Promise.all(unused.map((connection) => once(connection, 'connect')));
    const began = performance.now();
    expect(await service.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

describe('production', () => {
  it('has no demo, no Swagger UI and no made-up secret, unless asked for', async () => {
    const service = await start({ NODE_ENV: 'production', APP_SECRET: SECRET, PUBLIC_URL: 'https://gate.example' });
    expect([...service.passwords.keys()]).toEqual(['admin']);
    for (const path of ['/docs', '/openapi.json', '/finance/data']) {
      expect((await fetch(service.url + path)).status, path).toBe(404);
    }
    const { headers } = await fetch(`${service.url}/health/live`);
    expect(headers.get('strict-transport-security')).toContain('max-age');
    expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');

    // The password that was printed is to be changed before anything else, and then the same token does everything.
    const printed = service.passwords.get('admin')!;
    const token = await login(service, 'admin');
    const authorization = `Bearer ${token}`;
    const users = () => fetch(`${service.url}/users`, { headers: { authorization } });
    const refused = await users();
    expect([refused.status, ((await refused.json()) as { type: string }).type]).toEqual([
      403,
      expect.stringMatching(/password-change-required$/),
    ]);
    const changed = await fetch(`${service.url}/users/me/password`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ currentPassword: printed, newPassword: 'plum kettle under seven bridges' }),
    });
    expect(changed.status).toBe(204);
    expect((await users()).status).toBe(200);
  });

  it('doesn’t start with a first password that is tried first', async () => {
    const why = await whyNot({ INITIAL_ADMIN_PASSWORD: 'Password1', DEMO: 'off' });
    expect(why).toContain('INITIAL_ADMIN_PASSWORD is one of the passwords that are tried first.');
    expect(why).not.toContain('Password1');
  });
});

describe('/openapi.json', () => {
  let service: BuiltService;
  let admin: string;
  let document: any;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const made = await createTestDatabase();
    drop = made.drop;
    service = await startBuiltService({
      DATABASE_URL: made.url,
      DATA_DIR: tmpdir(),
      APP_SECRET: SECRET,
      BCRYPT_COST: '10',
    });
    admin = await login(service, 'admin');
    document = await (await fetch(`${service.url}/openapi.json`)).json();
  });
  afterAll(async () => {
    await service.stop();
    await drop();
  });

  const operations = () =>
    Object.entries<Record<string, any>>(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        path,
        method,
        operation,
      })),
    );

  it('is OpenAPI 3.1, and each operation has a tag, a summary and an id of its own', () => {
    expect(document.openapi).toMatch(/^3\.1/);
    for (const { name, operation } of operations()) {
      expect(operation.tags, name).toHaveLength(1);
      expect(operation.summary, name).toMatch(/\S/);
      expect(operation.operationId, name).toMatch(/^[a-z][A-Za-z]+$/);
    }
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('knows every route that the snapshot of routes has, and who may call it', async () => {
    const snapshot = await readFile(new URL('routes.snapshot.txt', import.meta.url), 'utf8');
    for (const line of snapshot.trim().split('\n')) {
      const [method, route, ...access] = line.split(/ +/);
      if (NOT_AN_API.test(route!)) continue;
      const operation = document.paths[route!.replaceAll(/:(\w+)/g, '{$1}')]?.[method!.toLowerCase()];
      expect(operation, line).toBeDefined();
      if (access.join(' ') === 'everybody') expect(operation.security, line).toEqual([]);
      else {
        expect(operation.security[0], line).toHaveProperty('gatehouse');
        expect(operation.responses, line).toHaveProperty('401');
        expect(operation.responses, line).toHaveProperty('403');
      }
    }
  });

  it('lists every scope that an operation needs, with what it allows', () => {
    const { scopes, tokenUrl } = document.components.securitySchemes.gatehouse.flows.password;
    expect(tokenUrl).toBe('/token');
    for (const { name, operation } of operations()) {
      for (const scope of (operation.security as Record<string, string[]>[]).flatMap(
        ({ gatehouse }) => gatehouse ?? [],
      )) {
        expect(scopes[scope], `${name}: ${scope}`).toMatch(/\S/);
      }
    }
  });

  it('points nowhere that isn’t there', () => {
    const text = JSON.stringify(document);
    for (const [, ref] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      expect(
        ref!.split('/').reduce((at: any, key) => at?.[key], document),
        ref,
      ).toBeDefined();
    }
  });

  it('says of no query parameter that has a default that it must be given', () => {
    const needed = operations().flatMap(({ name, operation }) =>
      (operation.parameters ?? [])
        .filter(({ required, schema }: { required?: boolean; schema: Schema }) => required && 'default' in schema)
        .map((parameter: { name: string }) => `${name}: ${parameter.name}`),
    );
    expect(needed).toEqual([]);
  });

  it('states the same statuses in words and as answers', () => {
    for (const { name, operation } of operations()) {
      const { description = '', responses } = operation;
      const inWords: string[] = description.match(/\b(404|409|412|422)\b/g) ?? [];
      for (const said of inWords) expect(Object.keys(responses), name).toContain(said);
      for (const code of ['404', '409', '422']) {
        if (/^(Not Found|Conflict|Unprocessable Entity)\.$/.test(responses[code]?.description)) {
          expect(inWords, `${name} has ${code}, and doesn’t say when`).toContain(code);
        }
      }
    }
  });

  it('takes If-Match wherever an administrator changes or deletes one thing', () => {
    const changes = operations().filter(
      ({ path, method, operation }) =>
        operation.tags.includes('Administration') &&
        document.paths[path].get &&
        document.paths[path].patch &&
        method !== 'get',
    );
    expect(changes.length).toBeGreaterThan(10);
    for (const { name, operation } of changes) expect(operation.responses['412'], name).toBeDefined();
  });

  it('shows the ETag of whatever takes If-Match', async () => {
    const changeable = operations().filter(({ operation }) => operation.responses['412']);
    expect(changeable.length).toBeGreaterThan(8);
    for (const { name, path } of changeable) {
      expect(document.paths[path].get.responses['200'].headers?.ETag, name).toBeDefined();
    }
    const headers = { authorization: `Bearer ${admin}` };
    const { items } = (await (await fetch(`${service.url}/users`, { headers })).json()) as { items: { id: string }[] };
    const shown = await fetch(`${service.url}/users/${items[0]!.id}`, { headers });
    const { pattern } = document.paths['/users/{id}'].get.responses['200'].headers.ETag.schema;
    expect(shown.headers.get('etag')).toMatch(new RegExp(pattern));
    expect(JSON.stringify(document)).not.toContain('x-tagged');
  });

  /** An address of the path, in whose place nothing is: an id, or the name of a permission. */
  const somewhere = (path: string): string =>
    path
      .replace('/permissions/{name}', '/permissions/no:such')
      .replaceAll(/\{\w+\}/g, '00000000-0000-4000-8000-000000000000');

  it('refuses what is beyond the bounds that the document has, naming the field', async () => {
    let tried = 0;
    const refused = async (name: string, field: string, path: string, init: RequestInit) => {
      const address = service.url + somewhere(path);
      const type = init.body === undefined ? undefined : { 'content-type': 'application/json' };
      const response = await fetch(address, { ...init, headers: { authorization: `Bearer ${admin}`, ...type } });
      expect(response.status, `${name}: ${field}`).toBe(400);
      const { detail, errors = [] } = (await response.json()) as { detail: string; errors?: { path: string }[] };
      expect(
        errors.map((error) => error.path),
        `${name}: ${detail}`,
      ).toContain(field);
      tried++;
    };
    for (const { name, path, method, operation } of operations()) {
      const { schema: body } = operation.requestBody?.content['application/json'] ?? {};
      const fields = Object.entries<Schema & Record<string, any>>(body ? resolved(body).properties! : {});
      // What says which kind of document it is; without it nothing else is looked at.
      const marks = fields
        .filter(([, schema]) => schema['enum']?.length === 1)
        .map(([field, schema]) => [field, schema['enum']![0]]);
      for (const [field, schema] of fields) {
        for (const value of beyond(schema)) {
          const json = JSON.stringify({ ...Object.fromEntries(marks), [field]: value });
          await refused(name, field, path, { method: method.toUpperCase(), body: json });
        }
      }
      for (const { name: field, in: place, schema } of operation.parameters ?? []) {
        if (place !== 'query') continue;
        for (const value of beyond(schema)) {
          const query = `?${field}=${encodeURIComponent(String(value))}`;
          const sent = operation.requestBody ? { body: '{}' } : {};
          await refused(name, field, path + query, { method: method.toUpperCase(), ...sent });
        }
      }
    }
    expect(tried).toBeGreaterThan(100);
  });

  const resolved = (schema: Schema): Schema =>
    schema.$ref ? document.components.schemas[schema.$ref.split('/').at(-1)!] : schema;

  /** Values that are just beyond each bound of a schema. */
  function* beyond(schema: Schema & Record<string, any>): Generator {
    const { maxLength, minLength = 0, maximum, minimum, maxItems, items, pattern, format } = schema;
    if (maxLength !== undefined) yield 'x'.repeat(maxLength + 1);
    if (minLength > 0) yield 'x'.repeat(minLength - 1);
    if (maximum !== undefined) yield maximum + 1;
    if (minimum !== undefined) yield minimum - 1;
    if (pattern !== undefined) yield 'x\n';
    if (format === 'uuid') yield 'x'.repeat(36);
    if (schema['enum']) yield 'no such';
    if (maxItems !== undefined) yield Array.from({ length: maxItems + 1 }, (_, index) => `x${index}`);
    if (items) for (const value of beyond(resolved(items))) yield [value];
  }

  it('each operation with a JSON body refuses a wrong one, naming the field', async () => {
    const withBody = operations().filter(({ operation }) => operation.requestBody?.content['application/json']);
    expect(withBody.length).toBeGreaterThan(5);
    for (const { name, path, method } of withBody) {
      const address = service.url + somewhere(path);
      const response = await fetch(address, {
        method: method.toUpperCase(),
        headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
        body: JSON.stringify({ 'no such field': 1 }),
      });
      expect(response.status, name).toBe(400);
      expect(JSON.stringify(await response.json()), name).toContain('no such field');
    }
  });
});
