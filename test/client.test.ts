import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { runInNewContext } from 'node:vm';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { secureOpenApi, swaggerOptions, type GatehouseClientOptions } from '../src/client/nest.js';
import { connect, type ConnectedClient } from './support/connected.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { startApplication, type Framework, type GuardedApplication } from './support/guarded-applications.js';
import { claimsOf, pairFor } from './support/oauth.js';
import { createTestDatabase, type TestDatabase } from './support/postgres.js';
import { freePort } from './support/postgres-server.js';
import { giveRole } from './support/roles.js';
import { PATIENTLY } from './support/patience.js';

/** From the service's answer to a refusal at the application. Milliseconds. */
const BOUND = 250;

let database: TestDatabase;
let port: number;
let service: TestEnvironment;
let client: ConnectedClient;
let admin: string;
let app: GuardedApplication;
let log: string[];

/** Starts the service; the passwords are told at the first start alone. */
const start = async (): Promise<void> => {
  const passwords = service?.passwords ?? [];
  service = await createTestEnvironment({ databaseUrl: database.url, port });
  for (const [username, password] of passwords) (service.passwords as Map<string, string>).set(username, password);
};

beforeAll(async () => {
  database = await createTestDatabase();
  port = await freePort();
  await start();
  client = await connect(service, 'shop');
  await giveRole(service, 'frank', 'clerk', ['shop:orders:*']);
  admin = await service.login('admin');
});
afterEach(() => app?.close());
afterAll(async () => {
  await service.close();
  await database.drop();
});

async function startApp(framework: Framework, options: Partial<GatehouseClientOptions> = {}): Promise<void> {
  log = [];
  const note = (message: string): void => void log.push(message);
  const { clientId, clientSecret, audience } = client;
  const logger = { info: note, warn: note, error: note };
  app = await startApplication(framework, {
    issuer: service.url,
    audience,
    clientId,
    clientSecret,
    logger,
    ...options,
  });
  expect(log).toEqual([]);
}

const login = async (username: string, more: Record<string, string> = {}): Promise<string> =>
  (await pairFor(service, username, { resource: client.audience, ...more })).access_token;

async function ask(path: string, token?: string, init: RequestInit = {}) {
  const response = await fetch(app.url + path, {
    redirect: 'manual',
    ...init,
    headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...(init.headers as object) },
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/**
 * Asks until the application refuses the token. Milliseconds from `since` until the last request began that was answered
 * otherwise: how long an answer takes on a busy machine doesn’t count.
 */
async function lastAdmitted(token: string, since: number, status = 401): Promise<number> {
  for (let last = 0; ;) {
    const asked = performance.now() - since;
    if ((await ask('/orders', token)).status === status) return last;
    if (asked > 10_000) throw new Error('it was never refused');
    last = asked;
  }
}

const remove = async (path: string): Promise<void> => {
  expect((await service.ask(path, { method: 'DELETE', token: admin })).status).toBe(204);
};

describe.each<Framework>(['Express', 'Fastify', 'Nest on Express', 'Nest on Fastify'])(
  'an application on %s',
  (framework) => {
    it('lets in who may, and says why not (RFC 6750)', async () => {
      await startApp(framework);
      const frank = await login('frank');
      const maria = await login('maria');
      expect((await ask('/', undefined)).text).toBe('anonymous');
      expect((await ask('/', frank)).text).toBe('user');
      expect((await ask('/orders', frank)).text).toBe('["frank"]');

      const nobody = await ask('/orders');
      expect([nobody.status, nobody.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      const bad = await ask('/orders', 'bad');
      expect([bad.status, bad.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
      expect((await ask('/', 'bad')).status).toBe(401);
      const { status, headers, text } = await ask('/orders', maria);
      expect([status, headers.get('www-authenticate')]).toEqual([
        403,
        'Bearer error="insufficient_scope", scope="shop:orders:read"',
      ]);
      expect(JSON.parse(text)).toMatchObject({ type: 'about:blank', status: 403 });
      if (!framework.startsWith('Nest')) expect(headers.get('content-type')).toBe('application/problem+json');
      expect((await ask(`/orders?access_token=${frank}`)).status).toBe(400);
    });

    it('takes no token for the service itself, nor what a narrowed one isn’t for', async () => {
      await startApp(framework);
      expect((await ask('/orders', await service.login('frank'))).status).toBe(401);
      const narrowed = await login('frank', { scope: 'shop:orders:write' });
      expect((await ask('/orders', narrowed)).status).toBe(403);
      expect((await ask('/orders/maria', narrowed, { method: 'POST' })).status).toBeLessThan(300);
    });

    it('runs checks with their parameters', async () => {
      await startApp(framework);
      const frank = await login('frank');
      expect((await ask('/orders/frank', frank, { method: 'POST' })).status).toBe(403);
      expect((await ask('/orders/maria', frank, { method: 'POST' })).status).toBeLessThan(300);
      expect((await ask('/orders/007', frank, { method: 'POST' })).status).toBe(400);
    });

    it('refuses a token within 250 ms after it was revoked', async () => {
      await startApp(framework);
      for (let round = 0; round < 5; round++) {
        const token = await login('frank');
        expect((await ask('/orders', token)).status).toBe(200);
        await remove(`/tokens/${claimsOf(token).jti}`);
        expect(await lastAdmitted(token, performance.now())).toBeLessThan(BOUND);
      }
    });

    it('sends a browser without a token to the login, and programs not', async () => {
      await startApp(framework, { loginUrl: '/login' });
      // Not by fetch(), which says that it isn't somebody who opens a page.
      const browse = request(`${app.url}/orders?page=2`, { headers: { accept: 'text/html,*/*' } }).end();
      const [{ statusCode, headers }] = (await once(browse, 'response')) as [IncomingMessage];
      browse.destroy();
      expect([statusCode, headers.location]).toEqual([302, '/login?return_to=%2Forders%3Fpage%3D2']);
      expect((await ask('/orders', undefined, { headers: { accept: 'application/json' } })).status).toBe(401);
      expect((await ask('/orders', 'bad', { headers: { accept: 'text/html' } })).status).toBe(401);
    });
  },
);

describe('what happens at the service counts at the application within 250 ms', () => {
  const cases: [string, number, (frank: string) => Promise<void>, () => Promise<void>][] = [
    [
      'a role that is taken away',
      403,
      () =>
        service.change(
          `DELETE FROM gatehouse.account_roles USING gatehouse.accounts WHERE id = account_id AND username = 'frank'`,
        ),
      () =>
        service.change(`INSERT INTO gatehouse.account_roles (account_id, role_id)
                        SELECT accounts.id, roles.id FROM gatehouse.accounts, gatehouse.roles WHERE username = 'frank' AND roles.name = 'clerk'`),
    ],
    [
      'an account that is disabled',
      401,
      () => service.change(`UPDATE gatehouse.accounts SET is_active = false WHERE username = 'frank'`),
      () => service.change(`UPDATE gatehouse.accounts SET is_active = true WHERE username = 'frank'`),
    ],
    [
      'a session that is ended',
      401,
      async (token) => {
        const own = await service.login('frank');
        expect((await service.ask('/users/me/sessions', { method: 'DELETE', token: own })).status).toBe(204);
        void token;
      },
      async () => {},
    ],
    [
      'an emergency rotation of the keys',
      401,
      async () => {
        const answer = await service.ask('/keys/rotate', { token: admin, json: { revokeOutstanding: true } });
        expect(answer.status).toBeLessThan(300);
      },
      async () => {
        admin = await service.login('admin');
      },
    ],
  ];

  it.each(cases)('%s', async (_, status, happen, undo) => {
    await startApp('Express');
    const token = await login('frank');
    expect((await ask('/orders', token)).status).toBe(200);
    await happen(token);
    expect(await lastAdmitted(token, performance.now(), status)).toBeLessThan(BOUND);
    await undo();
    const again = await login('frank');
    await vi.waitUntil(async () => (await ask('/orders', again)).status === 200, PATIENTLY);
    if (status === 403) expect((await ask('/orders', token)).status).toBe(200);
  });

  it('the application’s own client that is disabled: nothing is let in, and nothing is called invalid', async () => {
    await startApp('Express');
    const token = await login('frank');
    expect((await ask('/orders', token)).status).toBe(200);
    const since = performance.now();
    await service.change('UPDATE gatehouse.clients SET is_active = false WHERE client_id = $1', [client.clientId]);
    expect(await lastAdmitted(token, since, 503)).toBeLessThan(1_000);
    await service.change('UPDATE gatehouse.clients SET is_active = true WHERE client_id = $1', [client.clientId]);
    await vi.waitUntil(async () => (await ask('/orders', token)).status === 200, PATIENTLY);
  });
});

describe('when the service is stopped, and started again', () => {
  it.each(['introspect', 'refuse', 'accept-for:5m'] as const)(
    '%s holds, and it is back without a restart',
    async (mode) => {
      await startApp('Fastify', { whenUnreachable: mode });
      const token = await login('frank');
      const other = await login('frank');
      expect((await ask('/orders', token)).status).toBe(200);
      await service.close();
      await vi.waitUntil(() => app.gatehouse.status.deciding !== 'memory', { timeout: 3_000 });
      expect((await ask('/orders', token)).status).toBe(mode === 'accept-for:5m' ? 200 : 503);
      const unknown = await ask('/orders', other);
      expect([unknown.status, unknown.headers.get('retry-after')]).toEqual([503, '1']);
      expect((await ask('/orders', 'bad')).status).not.toBe(200);
      await start();
      admin = await service.login('admin');
      await vi.waitUntil(() => app.gatehouse.status.deciding === 'memory', PATIENTLY);
      expect((await ask('/orders', token)).status).toBe(200);
      await remove(`/tokens/${claimsOf(token).jti}`);
      expect(await lastAdmitted(token, performance.now())).toBeLessThan(BOUND);
      await vi.waitUntil(() => log.some((line) => line.includes('arrive again')), PATIENTLY);
      expect(log.filter((line) => line.includes(`whenUnreachable: ${mode.split(':')[0]}`))).toHaveLength(1);
    },
  );
});

describe('the OpenAPI document of a Nest application', () => {
  it('has padlocks, and logs in at the service for this application', async () => {
    await startApp('Nest on Express', { docsClientId: 'docs' });
    const document = secureOpenApi(app.nest!, SwaggerModule.createDocument(app.nest!, new DocumentBuilder().build()));
    expect(document.paths['/orders']!.get!.security).toEqual([{ gatehouse: ['shop:orders:read'] }]);
    expect(document.paths['/']!.get!.security).toEqual([]);
    expect(document.components!.securitySchemes!['gatehouse']).toMatchObject({
      flows: { password: { tokenUrl: `${service.url}/token`, scopes: { 'shop:orders:read': 'See orders' } } },
    });
    const { initOAuth, requestInterceptor } = swaggerOptions(app.nest!);
    expect(initOAuth).toEqual({ clientId: 'docs' });
    // What the browser gets is the text.
    const sent = runInNewContext(`(${String(requestInterceptor)})`) as typeof requestInterceptor;
    const form = { url: `${service.url}/token`, body: 'username=frank' };
    sent(form);
    expect(new URLSearchParams(form.body).get('resource')).toBe(client.audience);
  });
});

describe('the permissions of the application', () => {
  it('are known at the service, and a start that declares another’s is refused', async () => {
    await startApp('Nest on Fastify');
    const { rows } = {
      rows: await service.database.query(
        `SELECT name FROM gatehouse.permissions WHERE declared_by = $1 ORDER BY name`,
        [client.clientId],
      ),
    };
    expect(rows).toEqual([{ name: 'shop:orders:read' }, { name: 'shop:orders:write' }]);
    const stock = await connect(service, 'stock');
    await expect(
      startApplication('Nest on Fastify', {
        ...stock,
        issuer: service.url,
        logger: { info() {}, warn() {}, error() {} },
      }),
    ).rejects.toThrow(/409/);
  });
});
