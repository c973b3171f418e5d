import { tmpdir } from 'node:os';
import pg from 'pg';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { isDatabaseUnavailable } from '../src/server/database/database-unavailable.js';
import { Note, changed, migrationsOf, notes, open, postgres, query, refusalOf } from './support/databases.js';
import { freePort, preparePostgres } from './support/postgres-server.js';
import { Proxy } from './support/proxy.js';

describe('DATABASE_URL', () => {
  test.each([
    ['mysql://gate:s3cret@localhost/gatehouse', /postgres:\/\//],
    ['postgres://gate:s3cret@localhost', /no database/],
    ['postgres://gate:s3cret@:5432/gatehouse', /not a URL/],
    ['postgres://gate:s3cret%@localhost/gatehouse%', /%25/],
    ['s3cret', /not a URL/],
  ])('that is malformed (%s) stops the start with a sentence, which has not the password', async (url, sentence) => {
    const refusal = await refusalOf({ url, dataDir: tmpdir() });
    expect(refusal).toMatchObject({ code: 'url-invalid' });
    expect(refusal.message).toMatch(/^DATABASE_URL/);
    expect(refusal.message).toMatch(sentence);
    expect(refusal.message).not.toContain('s3cret');
  });

  test.each([
    ['wrong password', { password: 's3cret' }, 'access-refused', /password of user "postgres"/],
    ['unknown user', { username: 'nobody', password: 's3cret' }, 'access-refused', /user "nobody"/],
    ['no password', { password: '' }, 'access-refused', /wants a password/],
    ['unknown database', { pathname: '/nowhere' }, 'database-unknown', /no database "nowhere"/],
  ])('with a %s stops the start at once', async (_, parts, code, sentence) => {
    const begun = performance.now();
    const refusal = await refusalOf({ url: changed(inject('postgresUrl'), parts), dataDir: tmpdir() });
    expect(refusal).toMatchObject({ code });
    expect(refusal.message).toMatch(sentence);
    expect(refusal.message).not.toContain('s3cret');
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  test('of a server that is down stops the start after the wait', async () => {
    const port = await freePort();
    const said: string[] = [];
    const refusal = await refusalOf({
      url: `postgres://gate:s3cret@127.0.0.1:${port}/gatehouse`,
      dataDir: tmpdir(),
      connectTimeoutMs: 500,
      logger: { info: (message) => said.push(message), warn: (message) => said.push(message) },
    });
    expect(refusal).toMatchObject({ code: 'unreachable' });
    expect(refusal.message).toContain(`127.0.0.1:${port} could not be reached within 0.5 s`);
    expect(said).toEqual([expect.stringContaining(`waiting for PostgreSQL at 127.0.0.1:${port}`)]);
  });

  // The connection went back to the pool with the query that had no answer, and the next ones waited behind that.
  test('of a server that was replaced without a word: what isn’t answered counts as gone, and its connection too', async () => {
    const address = new URL(inject('postgresUrl'));
    const proxy = await Proxy.start({ host: address.hostname, port: Number(address.port) });
    onTestFinished(() => proxy.stop());
    address.host = `127.0.0.1:${proxy.port}`;
    const database = await open({ url: address.href, dataDir: tmpdir(), poolSize: 2, answerTimeoutMs: 500 }, []);
    const ask = () => database.dataSource.query('SELECT 1 AS one');
    await Promise.all([ask(), ask()]);
    proxy.strand();
    for (const answer of await Promise.allSettled([ask(), ask()])) {
      expect(answer).toMatchObject({ status: 'rejected', reason: expect.toSatisfy(isDatabaseUnavailable) });
    }
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([[{ one: 1 }], [{ one: 1 }], [{ one: 1 }]]);
  });

  // TypeORM lets go of a connection that breaks, and says of the next statement that this was done already.
  test('of a server that goes away between two statements of a transaction counts as gone', async () => {
    const address = new URL(inject('postgresUrl'));
    const { dataSource } = await open({ url: address.href, dataDir: tmpdir(), poolSize: 2 }, []);
    const broken = dataSource.transaction(async (manager) => {
      const [{ pid }] = await manager.query<[{ pid: number }]>('SELECT pg_backend_pid() AS pid');
      const connection = (manager.queryRunner as unknown as { databaseConnection: pg.PoolClient }).databaseConnection;
      const gone = new Promise((resolve) => connection.once('error', resolve));
      await dataSource.query('SELECT pg_terminate_backend($1)', [pid]);
      await gone;
      return manager.query('SELECT 1');
    });
    await expect(broken).rejects.toSatisfy(isDatabaseUnavailable);
  });

  test('of a server that comes up late is waited for', async () => {
    const server = await preparePostgres();
    onTestFinished(() => server.remove());
    let waiting!: () => void;
    const waits = new Promise<void>((resolve) => (waiting = resolve));
    const logger = { info: () => waiting(), warn: () => undefined };
    const opened = open({ url: server.url, dataDir: tmpdir(), logger }, [notes]);
    await waits;
    await server.start();
    expect(await migrationsOf(await opened)).toHaveLength(1);
  });

  test('of a server that breaks the idle connections is served by new ones', async () => {
    const options = await postgres([notes]);
    let warned!: (message: string) => void;
    const warning = new Promise<string>((resolve) => (warned = resolve));
    const { dataSource } = await open({ ...options, logger: { info: () => undefined, warn: warned } }, [notes]);
    await query(
      options.url!,
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    expect(await warning).toContain('lost an idle connection');
    expect(await dataSource.getRepository(Note).count()).toBe(0);
  });

  test('gives bigints as numbers, also in arrays, and leaves those of other pools alone', async () => {
    const options = await postgres();
    const { dataSource } = await open(options, []);
    const sql = 'SELECT 1099511627776::bigint AS one, ARRAY[2::bigint, NULL] AS many';
    expect(await dataSource.query(sql)).toEqual([{ one: 2 ** 40, many: [2, null] }]);
    const client = new pg.Client({ connectionString: options.url });
    await client.connect();
    expect((await client.query(sql)).rows).toEqual([{ one: '1099511627776', many: ['2', null] }]);
    await client.end();
  });

  test('gives bounds to statements and to transactions that stand still', async () => {
    const { dataSource } = await open(await postgres(), []);
    expect(await dataSource.query('SHOW statement_timeout')).toEqual([{ statement_timeout: '30s' }]);
    expect(await dataSource.query('SHOW idle_in_transaction_session_timeout')).toEqual([
      { idle_in_transaction_session_timeout: '30s' },
    ]);
    expect(await dataSource.query('SHOW application_name')).toEqual([{ application_name: 'gatehouse' }]);
  });
});
