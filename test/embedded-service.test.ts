import type { ServerResponse } from 'node:http';
import { ConsoleLogger, Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { pino } from 'pino';
import { launchBrowser, describeInBrowser } from './support/browser.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hostLog } from '../src/embed/host-log.js';
import { secureOpenApi, type UserSource } from '../src/index.js';
import {
  ADMIN_PASSWORD,
  GuardedController,
  OpenController,
  bearer,
  headerOf,
  startHost,
  type EmbeddingHost,
  type HostOptions,
} from './support/embedding-host.js';
import { createTestDatabase, type TestDatabase } from './support/postgres.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const JSON_BODY = { 'content-type': 'application/json' };

describe.each(['express', 'fastify'] as const)('the service in an application on %s', (platform) => {
  let database: TestDatabase;
  const open: EmbeddingHost[] = [];
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(async () => {
    await database.drop();
  });

  async function start(options: Omit<HostOptions, 'databaseUrl'>): Promise<EmbeddingHost> {
    const host = await startHost(platform, { databaseUrl: database.url, ...options });
    open.push(host);
    return host;
  }
  const closeAll = async () => {
    for (const host of open.splice(0)) await host.close();
  };

  describe('leaves alone what the application answers', () => {
    const questions = [
      ['a route', '/open', {}],
      ['a route, by HEAD', '/open', { method: 'HEAD' }],
      ['a route that reads its own database', '/users', {}],
      ['a route with a token that is none of ours', '/open', { headers: bearer('of something else') }],
      ['nothing there', '/nowhere', {}],
      ['the wrong method', '/open', { method: 'DELETE' }],
      ['a path that only begins like ours', '/authors', {}],
      ['a failure', '/failure', {}],
      ['a body that the pipe converts', '/age', { method: 'POST', headers: JSON_BODY, body: '{"age":"7","more":1}' }],
      ['a body that the pipe refuses', '/age', { method: 'POST', headers: JSON_BODY, body: '{"age":"x"}' }],
      ['a form', '/age', { method: 'POST', headers: FORM, body: 'age=7' }],
      ['a body that is no JSON', '/age', { method: 'POST', headers: JSON_BODY, body: '{' }],
      [
        'a preflight',
        '/open',
        { method: 'OPTIONS', headers: { origin: 'http://x.test', 'access-control-request-method': 'GET' } },
      ],
    ] as const;

    it.each([
      ['as it is', {}],
      ['with a prefix', { prefix: 'api' }],
      ['with CORS', { configure: (app) => app.enableCors() }],
    ] satisfies [string, Partial<HostOptions>][])('%s', async (_, options) => {
      const [without, within] = [await start(options), await start({ ...options, gatehouse: { undeclared: 'leave' } })];
      const prefix = 'prefix' in options ? `/${options.prefix}` : '';
      for (const [name, path, ask] of questions) {
        const expected = await without.ask(prefix + path, ask);
        expect(await within.ask(prefix + path, ask), name).toEqual(expected);
      }
      expect((await without.ask(`${prefix}/open`)).body).toBe('open');
      expect((await without.ask(`${prefix}/users`)).body).toBe('[{"name":"ann","age":41}]');
      await closeAll();
    });
  });

  describe('answers below its path as when it stands alone:', () => {
    let host: EmbeddingHost;
    beforeAll(async () => {
      await database.drop();
      database = await createTestDatabase();
      host = await start({
        gatehouse: { undeclared: 'leave' },
        controllers: [OpenController, GuardedController],
        configure: (app) => {
          app.enableCors();
          app.use(marking);
        },
      });
    });
    afterAll(closeAll);

    it('a login', async () => {
      const token = await host.login();
      const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
      expect(claims).toMatchObject({ iss: `${host.url}/auth`, aud: `${host.url}/auth`, username: 'admin' });
      expect(claims['permissions']).toContain('reports:read');
    });

    it('its own 404, with its own headers and none of the application’s', async () => {
      const answer = await host.ask('/auth/nowhere');
      expect(answer.status).toBe(404);
      expect(JSON.parse(answer.body)).toMatchObject({ type: 'about:blank', status: 404 });
      expect(headerOf(answer, 'content-type')).toMatch('application/problem+json');
      expect(headerOf(answer, 'content-security-policy')).toMatch("default-src 'none'");
      expect(headerOf(answer, 'x-request-id')).toMatch(/^[\da-f-]{36}$/);
      for (const name of [
        'x-powered-by',
        'x-host-filter',
        'x-host-interceptor',
        'x-host-middleware',
        'access-control-allow-origin',
      ])
        expect(headerOf(answer, name), name).toBeUndefined();
      const theirs = await host.ask('/open');
      expect(headerOf(theirs, 'x-host-middleware')).toBe('yes');
      expect(headerOf(theirs, 'content-security-policy')).toBeUndefined();
    });

    it.each([
      ['a form that is too large', 413, FORM, `username=a&password=${'x'.repeat(40_000)}`],
      ['a body that is no form', 400, JSON_BODY, '{"username":"a"}'],
      ['a form without what is needed', 400, FORM, 'grant_type=password'],
    ])('%s', async (_, status, headers, body) => {
      const answer = await host.ask('/auth/token', { method: 'POST', headers, body });
      expect(answer.status, answer.body).toBe(status);
      expect(JSON.parse(answer.body)).toMatchObject({ error: 'invalid_request' });
    });

    it('unknown fields and broken JSON, which the application would take otherwise', async () => {
      const headers = { ...JSON_BODY, ...bearer(await host.login()) };
      const unknown = await host.ask('/auth/clients', {
        method: 'POST',
        headers,
        body: '{"name":"n","confidential":true,"grants":[],"scopes":null,"more":1}',
      });
      expect(JSON.parse(unknown.body)).toMatchObject({ status: 400, errors: [{ path: 'more' }] });
      const broken = await host.ask('/auth/clients', { method: 'POST', headers, body: '{' });
      expect(JSON.parse(broken.body)).toMatchObject({ type: 'about:blank', status: 400 });
    });

    it('addresses of what was made, with the path', async () => {
      const { status, headers } = await host.ask('/auth/clients', {
        method: 'POST',
        headers: { ...JSON_BODY, ...bearer(await host.login()) },
        body: '{"clientId":"made","name":"Made","confidential":true,"grants":[],"scopes":null}',
      });
      expect(status).toBe(201);
      expect(headers.find((line) => /^location:/i.test(line))).toMatch(/: \/auth\/clients\/made$/);
    });

    it('its metadata at the root too, as an issuer with a path does (RFC 8414 §3.1)', async () => {
      const below = await host.ask('/auth/.well-known/oauth-authorization-server');
      const atRoot = await host.ask('/.well-known/oauth-authorization-server/auth');
      expect(JSON.parse(below.body)).toMatchObject({
        issuer: `${host.url}/auth`,
        token_endpoint: `${host.url}/auth/token`,
        jwks_uri: `${host.url}/auth/.well-known/jwks.json`,
      });
      expect({ status: atRoot.status, body: atRoot.body }).toEqual({ status: 200, body: below.body });
      expect((await host.ask('/.well-known/oauth-authorization-server')).body).toBe('{"host":"nothing here"}');
    });

    it('Swagger UI, with all that it loads, and a document that says where it is', async () => {
      const page = await host.ask('/auth/docs');
      expect(page.status).toBe(200);
      const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, asset]) => asset!);
      expect(assets.length).toBeGreaterThan(3);
      for (const asset of assets) {
        const { pathname } = new URL(asset, `${host.url}/auth/docs`);
        expect(pathname).toMatch(/^\/auth\/docs\//);
        expect((await host.ask(pathname)).status, pathname).toBe(200);
      }
      const document = JSON.parse((await host.ask('/auth/openapi.json')).body);
      expect(document.servers).toEqual([{ url: '/auth' }]);
      expect(document.components.securitySchemes.gatehouse.flows.password.tokenUrl).toBe('/auth/token');
      expect(Object.keys(document.paths)).not.toContain('/reports');
    });

    it('HEAD, and addresses with a query', async () => {
      expect(await host.ask('/auth/health/live?now', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
      expect((await host.ask('/auth?x=1')).status).toBe(404);
    });

    it('the root of its path, and no other spelling of it', async () => {
      expect(headerOf(await host.ask('/auth'), 'content-type')).toMatch('problem+json');
      for (const path of ['/AUTH/health/live', '/%61uth/health/live', '//auth/health/live'])
        expect((await host.ask(path)).body, path).toBe('{"host":"nothing here"}');
    });
  });

  describe('guards the application’s routes:', () => {
    let host: EmbeddingHost;
    beforeAll(async () => {
      await database.drop();
      database = await createTestDatabase();
      host = await start({
        gatehouse: { undeclared: 'leave' },
        controllers: [OpenController, GuardedController],
        prefix: 'api',
      });
    });
    afterAll(closeAll);

    it('401, 403 and 200, in the application’s form', async () => {
      const nobody = await host.ask('/api/reports');
      expect(nobody.status).toBe(401);
      expect(headerOf(nobody, 'www-authenticate')).toBe('Bearer');
      expect(headerOf(nobody, 'x-host-filter')).toBe('yes');

      const bad = await host.ask('/api/reports', { headers: bearer('bad') });
      expect(headerOf(bad, 'www-authenticate')).toBe('Bearer error="invalid_token"');

      const narrowed = await host.login('users:read');
      const refused = await host.ask('/api/reports', { headers: bearer(narrowed) });
      expect(refused.status).toBe(403);
      expect(headerOf(refused, 'www-authenticate')).toBe('Bearer error="insufficient_scope", scope="reports:read"');

      const allowed = await host.ask('/api/reports', { headers: bearer(await host.login()) });
      expect(allowed).toMatchObject({ status: 200, body: '{"reports":[],"for":"admin"}' });
      expect(headerOf(allowed, 'x-host-interceptor')).toBe('yes');
    });

    it('public routes know who calls', async () => {
      expect((await host.ask('/api/hello')).body).toBe('anonymous');
      expect((await host.ask('/api/hello', { headers: bearer(await host.login()) })).body).toBe('user');
      expect((await host.ask('/api/hello', { headers: bearer('bad') })).status).toBe(401);
    });

    it('a revoked token is dead at once', async () => {
      const token = await host.login();
      expect((await host.ask('/api/me', { headers: bearer(token) })).body).toBe('admin');
      const revoked = await host.ask('/auth/revoke', { method: 'POST', headers: FORM, body: `token=${token}` });
      expect(revoked.status).toBe(200);
      expect((await host.ask('/api/me', { headers: bearer(token) })).status).toBe(401);
    });
  });

  describe('takes from the application', () => {
    afterEach(closeAll);

    it('options that other providers make', async () => {
      const host = await start({
        imports: [],
        controllers: [GuardedController],
        gatehouse: {},
        byFactory: true,
      });
      expect((await host.ask('/me', { headers: bearer(await host.login()) })).body).toBe('admin');
    });

    it('its server, whatever is asked of it within the process', async () => {
      if (platform !== 'fastify') return;
      const host = await start({ gatehouse: { undeclared: 'leave' } });
      const { inject } = host.app as NestFastifyApplication;
      const answer = await inject.call(host.app, { url: '/auth/nowhere' });
      expect(answer.headers['content-type']).toContain('problem+json');
    });

    it('user sources, as instances', async () => {
      const asked: string[] = [];
      const source: UserSource = {
        name: 'paper',
        authenticate: async (username) => {
          asked.push(username);
          return undefined;
        },
      };
      const host = await start({ gatehouse: { undeclared: 'leave', userSources: [source] } });
      const body = 'username=somebody&password=of%20the%20paper';
      expect((await host.ask('/auth/token', { method: 'POST', headers: FORM, body })).status).toBe(400);
      expect(asked).toEqual(['somebody']);
    });

    it('its logger, and leaves Nest’s as it was; a pino gets a line for each request', async () => {
      const lines: string[] = [];
      const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
      const host = await start({ gatehouse: { undeclared: 'leave', logger } });
      await host.ask('/auth/health/ready?secret');
      await host.ask('/auth/nowhere?secret');
      expect(lines.join('')).toMatch(/"path":"\/nowhere","status":404,.*"address":"127.0.0.1"/);
      expect(lines.join('')).not.toContain('secret');

      const warnings: string[] = [];
      const told = new ConsoleLogger();
      told.log = () => {};
      told.warn = (message: string) => void warnings.push(message);
      await start({ gatehouse: { undeclared: 'leave' }, logger: told });
      new Logger('Application').warn('of the application');
      hostLog('info').warn({ reason: 'of ours' }, 'a warning');
      expect(warnings).toEqual(['of the application', 'a warning reason=of ours']);
    });

    it('the address of the caller, behind a proxy that is trusted', async () => {
      const lines: string[] = [];
      const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
      const host = await start({ gatehouse: { undeclared: 'leave', logger, trustProxy: 'loopback' } });
      await host.ask('/auth/nowhere', { headers: { 'x-forwarded-for': '203.0.113.7' } });
      expect(lines.join('')).toContain('"address":"203.0.113.7"');
    });

    it('the application’s OpenAPI document, and says in it who may', async () => {
      const host = await start({
        gatehouse: { undeclared: 'leave' },
        controllers: [OpenController, GuardedController],
        prefix: 'api',
      });
      const document = SwaggerModule.createDocument(host.app, new DocumentBuilder().setTitle('Reports').build());
      const openBefore = JSON.stringify(document.paths['/api/open']);
      const secured: any = secureOpenApi(host.app, document);
      expect(secured.components.securitySchemes.gatehouse.flows.password).toMatchObject({
        tokenUrl: '/auth/token',
        scopes: { 'reports:read': 'Read reports', 'users:read': expect.any(String) },
      });
      expect(secured.paths['/api/reports'].get).toMatchObject({
        security: [{ gatehouse: ['reports:read'] }],
        responses: { '401': expect.anything(), '403': expect.anything() },
      });
      expect(secured.paths['/api/hello'].get.security).toEqual([]);
      expect(JSON.stringify(secured.paths['/api/open'])).toBe(openBefore);
      expect(JSON.stringify(secured)).not.toContain('schemas/Problem');
    });
  });
});

describeInBrowser('Swagger UI of the service in an application', () => {
  it('logs in, and calls what is below the path', async () => {
    const database = await createTestDatabase();
    const host = await startHost('express', { databaseUrl: database.url, gatehouse: { undeclared: 'leave' } });
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      await page.goto(`${host.url}/auth/docs`);
      await page.locator('.auth-wrapper > .btn.authorize').click();
      await page.locator('#oauth_username').fill('admin');
      await page.locator('#oauth_password').fill(ADMIN_PASSWORD);
      await page.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click();
      // Closed before the token is there, the dialog would leave the page logged out.
      await page.getByRole('button', { name: 'Remove authorization' }).waitFor();
      await page.locator('.modal-ux .btn-done').click();
      const operation = page.locator('.opblock', { has: page.locator('[data-path="/keys"]') });
      await operation.locator('.opblock-summary').click();
      await operation.locator('.execute').click();
      const status = operation.locator('.live-responses-table tbody .response-col_status').first();
      await expect.poll(() => status.innerText()).toMatch('200');
      expect(await operation.locator('.request-url').innerText()).toContain(`${host.url}/auth/keys`);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      await host.close();
      await database.drop();
    }
  });
});

/** Middleware of the application. */
function marking(_request: unknown, response: ServerResponse, next: () => void): void {
  response.setHeader('x-host-middleware', 'yes');
  next();
}
