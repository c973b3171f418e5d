import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CoreChanges1763800000001 } from '../src/server/changes/changes.migration.js';
import { PollingChangeFeed } from '../src/server/changes/polling-change-feed.js';
import { DatabaseFeature } from '../src/server/database/feature.js';
import type { Change } from '../src/validity/index.js';
import { createTestDatabase, type TestDatabase } from './support/postgres.js';
import { Proxy } from './support/proxy.js';
import { PATIENTLY } from './support/patience.js';

let database: TestDatabase;
let client: pg.Client;
const feeds: PollingChangeFeed[] = [];
const said: string[] = [];
const logger = { info: (message: string) => said.push(message), warn: (message: string) => said.push(message) };

beforeEach(async () => {
  database = await createTestDatabase([new DatabaseFeature([], [CoreChanges1763800000001])]);
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  said.length = 0;
});
afterEach(async () => {
  for (const feed of feeds.splice(0)) await feed.stop();
  await client.end();
  await database.drop();
});

async function start(url = database.url, listener?: (changes: readonly Change[]) => void | Promise<void>) {
  const feed = await PollingChangeFeed.start(url, logger);
  feeds.push(feed);
  const heard: Change[] = [];
  feed.subscribe(listener ?? ((changes) => void heard.push(...changes)));
  return { feed, heard };
}

const record = (kind: string, subject: string) =>
  client.query('SELECT gatehouse.record_change($1, $2)', [kind, subject]);
const ALL = { kind: 'all', subject: '' };

describe('PollingChangeFeed', () => {
  it('hears every change once, in the order of commits, and nothing from before its start', async () => {
    await record('token', 'before');
    const { feed, heard } = await start();
    await record('token', 'one');
    await record('account', 'two');
    await feed.catchUp();
    await feed.catchUp();
    expect(heard).toEqual([
      { kind: 'token', subject: 'one' },
      { kind: 'account', subject: 'two' },
    ]);
  });

  it('has heard what was committed before catchUp(), whatever look was under way', async () => {
    const { feed, heard } = await start();
    for (let n = 0; n < 100; n++) {
      await record('token', `${n}`);
      await feed.catchUp();
      expect(heard.at(-1)?.subject).toBe(`${n}`);
    }
  });

  it.each([
    [
      'rows that were swept away before it saw them',
      async () => {
        // In one go, so that no look falls between.
        await client.query('BEGIN; SET CONSTRAINTS ALL IMMEDIATE');
        await record('token', 'missed');
        await client.query(
          'UPDATE gatehouse.change_sweep SET swept_to = (SELECT max(position) FROM gatehouse.changes)',
        );
        await client.query('DELETE FROM gatehouse.changes; COMMIT');
      },
    ],
    [
      'another incarnation of the database',
      () => client.query('UPDATE gatehouse.incarnation SET id = gen_random_uuid()'),
    ],
    ['a log that ends before what it has seen', () => client.query('DELETE FROM gatehouse.changes')],
    [
      'more rows than it reads',
      () =>
        client.query(
          `INSERT INTO gatehouse.changes (kind, subject) SELECT 'token', n::text FROM generate_series(1, 5100) n`,
        ),
    ],
  ] as [string, () => Promise<unknown>][])('takes %s for a gap: everything is dropped', async (_, act) => {
    await record('token', 'seen');
    const { feed, heard } = await start();
    await record('token', 'seen too');
    await feed.catchUp();
    heard.length = 0;
    await act();
    await feed.catchUp();
    expect(heard).toEqual([ALL]);
    await record('token', 'after');
    await feed.catchUp();
    expect(heard).toEqual([ALL, { kind: 'token', subject: 'after' }]);
  });

  it('isn’t fresh while a listener hasn’t applied what it was told', async () => {
    let applied!: () => void;
    const { feed } = await start(database.url, () => new Promise<void>((resolve) => (applied = resolve)));
    expect(feed.isFresh).toBe(true);
    await record('rbac', 'x');
    await vi.waitUntil(() => !feed.isFresh, { interval: 5 });
    applied();
    expect(await feed.becomeFresh()).toBe(true);
  });

  it('tells a listener again what it failed to apply', async () => {
    let failures = 0;
    const heard: string[] = [];
    const { feed } = await start(database.url, (changes) => {
      if (failures++ < 2) throw new Error('not now');
      heard.push(...changes.map(({ subject }) => subject));
    });
    await record('rbac', 'x');
    await vi.waitUntil(() => heard.length > 0, PATIENTLY);
    expect(heard).toEqual(['x']);
    expect(await feed.becomeFresh()).toBe(true);
    expect(said.filter((message) => message.includes('not now'))).toHaveLength(1);
  });

  it('takes a connection that was cut up again, and misses nothing', async () => {
    const { feed, heard } = await start();
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gatehouse changes' AND datname = current_database()`,
    );
    await record('token', 'meanwhile');
    await vi.waitUntil(() => heard.length > 0, PATIENTLY);
    expect(heard).toEqual([{ kind: 'token', subject: 'meanwhile' }]);
    expect(await feed.becomeFresh()).toBe(true);
  });

  it('lapses where the network goes silent or slow, and is back when the network is', async () => {
    const { hostname, port } = new URL(database.url);
    const proxy = await Proxy.start({ host: hostname, port: Number(port) });
    const url = new URL(database.url);
    url.port = String(proxy.port);
    const { feed, heard } = await start(url.href);
    for (const breakIt of [() => proxy.goSilent(), () => proxy.delayBy(2_000)]) {
      breakIt();
      await vi.waitUntil(() => !feed.isFresh, { interval: 5 });
      await record('token', 'unheard');
      expect(await feed.becomeFresh()).toBe(false);
      heard.length = 0;
      proxy.heal();
      const healed = performance.now();
      await vi.waitUntil(() => feed.isFresh, PATIENTLY);
      expect(performance.now() - healed).toBeLessThan(2_000);
      expect(heard).toEqual([{ kind: 'token', subject: 'unheard' }]);
    }
    await feed.stop();
    await proxy.stop();
  });
});
