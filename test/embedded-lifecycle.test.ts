import { Controller, Get } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { GatehouseModule } from '../src/index.js';
import {
  GuardedController,
  OpenController,
  startHost,
  type EmbeddingHost,
  type HostOptions,
} from './support/embedding-host.js';
import { createTestDatabase, type TestDatabase } from './support/postgres.js';

const GIVEN = { publicUrl: 'http://127.0.0.1/auth', appSecret: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa' };
const QUIET = { logger: false, abortOnError: false } as const;

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
  /** Why it doesn't start. */
  const refusalOf = (options: Omit<HostOptions, 'databaseUrl'>): Promise<string> =>
    start(options).then(
      () => 'it started',
      (error: Error) => error.message,
    );
  const closeAll = async () => {
    for (const host of open.splice(0)) await host.close();
  };

  describe('starts, or says why not:', () => {
    afterEach(closeAll);

    it('a route that says nothing stops the start, with its name, before accounts are made', async () => {
      await database.drop();
      database = await createTestDatabase();
      const controllers = [OpenController, GuardedController];
      expect(await refusalOf({ gatehouse: {}, controllers })).toMatch(
        'OpenController.open has neither @Protected nor @Public. Say who may call it.',
      );
      const host = await start({ gatehouse: {}, controllers: [GuardedController] });
      expect((await host.ask('/reports')).status).toBe(401);
      expect(host.announced.map(({ username }) => username)).toEqual(['admin']);
    });

    it('a route that the service would hide stops the start, with its name', async () => {
      expect(
        await refusalOf({ gatehouse: { undeclared: 'leave' }, controllers: [HiddenController], prefix: 'auth' }),
      ).toMatch("GET /auth/hidden (HiddenController.hidden) can't be reached: the service is mounted at /auth.");
    });

    it('a permission that nobody declares stops the start', async () => {
      expect(await refusalOf({ gatehouse: { permissions: [] }, controllers: [GuardedController] })).toMatch(
        'GuardedController.reports needs reports:read, which no module declares.',
      );
    });

    it('a database that can’t be reached stops the start with the service’s sentence', async () => {
      const url = new URL(database.url);
      url.pathname = '/nothing_there';
      expect(await refusalOf({ gatehouse: { undeclared: 'leave', databaseUrl: url.href } })).toMatch(
        /"nothing_there".* DATABASE_URL/,
      );
    });

    it('options that are wrong stop the start with a sentence for each', async () => {
      const publicUrl = 'http://127.0.0.1/other';
      expect(await refusalOf({ gatehouse: { publicUrl } })).toMatch(
        'publicUrl is "http://127.0.0.1/other"; it must end in /auth',
      );
    });

    it('two applications that the module can’t be mounted in', async () => {
      const nowhere = NestFactory.createApplicationContext(GatehouseModule.forRoot(GIVEN), QUIET);
      await expect(nowhere.catch(({ message }: Error) => message)).resolves.toMatch(
        'needs an application on Express or Fastify',
      );
      const adapter = new FastifyAdapter({ skipMiddie: true });
      expect(await refusalOf({ gatehouse: { undeclared: 'leave' }, adapter })).toMatch(
        'make the adapter without skipMiddie',
      );
    });

    it('twice in one process, one after the other and two at once', async () => {
      for (let time = 0; time < 2; time++) {
        const host = await start({ gatehouse: { undeclared: 'leave' } });
        expect((await host.ask('/auth/health/ready')).status).toBe(200);
        await closeAll();
        await expect(host.ask('/auth/health/ready')).rejects.toThrow('ECONNREFUSED');
      }
      const [one, other] = [
        await start({ gatehouse: { undeclared: 'leave' } }),
        await start({ gatehouse: { undeclared: 'leave', path: '/login' } }),
      ];
      expect((await one.ask('/auth/health/ready')).status).toBe(200);
      expect((await other.ask('/login/health/ready')).status).toBe(200);
      await one.close();
      expect((await other.ask('/login/health/ready')).status).toBe(200);
    });
  });

  describe('ends with the application:', () => {
    it('at once, with connections that are kept alive, and leaves none to the database', async () => {
      const host = await start({ gatehouse: { undeclared: 'leave' } });
      await (await fetch(`${host.url}/auth/health/ready`)).text();
      const began = performance.now();
      await closeAll();
      expect(performance.now() - began).toBeLessThan(2_000);
      await expect.poll(() => connectionsTo(database.url)).toBe(0);
    });

    it('and registers nothing for signals', async () => {
      const listening = () =>
        ['SIGTERM', 'SIGINT', 'SIGHUP', 'uncaughtException', 'unhandledRejection'].map((name) =>
          process.listenerCount(name),
        );
      const before = listening();
      const host = await start({ gatehouse: { undeclared: 'leave' } });
      expect(listening()).toEqual(before);
      await host.close();
      open.length = 0;
    });
  });
});

/** Nobody declares it below the path of the service but by the prefix. */
@Controller('hidden')
class HiddenController {
  @Get() hidden(): string {
    return 'hidden';
  }
}

async function connectionsTo(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    return rows[0]!.count;
  } finally {
    await client.end();
  }
}
