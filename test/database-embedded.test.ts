import fs from 'node:fs';
import { access, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type DatabaseOptions } from '../src/server/database/database-options.js';
import { FolderTakenError } from '../src/server/database/database-start-error.js';
import { openDatabase, OpenDatabase } from '../src/server/database/open-database.js';
import { spyOnBuiltin } from './support/builtin-spy.js';
import { type CompiledSources, compileSources, startChild } from './support/child-process.js';
import { Note, migrating, notes, open, refusalOf } from './support/databases.js';
import { createEmbeddedFolder } from './support/embedded.js';

describe('the embedded database', () => {
  let sources: CompiledSources;
  beforeAll(async () => {
    sources = await compileSources(['server/database']);
  });
  afterAll(() => sources.remove());

  describe('while it is open', () => {
    let options: DatabaseOptions;
    let database: OpenDatabase;
    let remove: () => Promise<void>;
    beforeAll(async () => {
      const made = await createEmbeddedFolder();
      remove = made.remove;
      options = { dataDir: made.dataDir };
      database = await openDatabase(options, [notes]);
    });
    afterAll(async () => {
      await database.close();
      await remove();
    });

    test('has room for one', async () => {
      expect(database.embedded).toBe(true);
      const refusal = await refusalOf(options, [notes]);
      expect(refusal).toBeInstanceOf(FolderTakenError);
      expect(refusal.message).toMatch(new RegExp(`${options.dataDir}.*this very process`));
    });

    test('commits to the disk, not just to the system', async () => {
      expect(await database.dataSource.query('SHOW fsync')).toEqual([{ fsync: 'on' }]);
      const synced = spyOnBuiltin(fs, 'fsyncSync');
      await database.dataSource.query('CREATE TABLE gatehouse.synced ()');
      expect(synced).toHaveBeenCalled();
    });

    test('says so when the outer repository is used inside a transaction, instead of waiting for ever', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      try {
        const transaction = database.dataSource.transaction(async () => {
          const count = database.dataSource.getRepository(Note).count();
          vi.advanceTimersByTime(10_000);
          await count;
        });
        await expect(transaction).rejects.toThrow(/EntityManager/);
      } finally {
        vi.useRealTimers();
      }
      expect(await database.dataSource.getRepository(Note).count()).toBe(0);
    });

    test('leaves no transaction open to the next client of its one session', async () => {
      const client = (await database.dataSource.createQueryRunner().connect()) as pg.PoolClient;
      await client.query('BEGIN');
      await client.query('CREATE TABLE gatehouse.left_over ()');
      client.emit('error', new Error('the connection broke'));
      const found = await database.dataSource.query("SELECT to_regclass('gatehouse.left_over') AS found");
      expect(found).toEqual([{ found: null }]);
    });
  });

  test('keeps what it has acknowledged through kill -9, also when it is killed while it is being made', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
    onTestFinished(() => rm(parent, { recursive: true, force: true }));
    const dataDir = join(parent, 'data');
    const script = `
      import { openDatabase } from '${sources.module('server/database/open-database')}';
      import { DatabaseFeature } from '${sources.module('server/database/feature')}';
      class CoreRows1764000000001 {
        name = 'CoreRows1764000000001';
        up = (runner) => runner.query('CREATE TABLE gatehouse.rows (i int PRIMARY KEY)');
      }
      const features = [new DatabaseFeature([], [CoreRows1764000000001])];
      const { dataSource } = await openDatabase({ dataDir: ${JSON.stringify(dataDir)} }, features);
      const [{ next }] = await dataSource.query('SELECT count(*) AS next FROM gatehouse.rows');
      for (let i = next; ; i++) {
        await dataSource.query('INSERT INTO gatehouse.rows VALUES ($1)', [i]);
        console.log(i);
      }
    `;
    const unfinished = startChild(script);
    // The first of the files to be written: most are missing yet.
    await vi.waitUntil(() => exists(join(dataDir, 'postgres.unfinished', 'PG_VERSION')), {
      timeout: 60_000,
      interval: 2,
    });
    await unfinished.kill();
    expect(await exists(join(dataDir, 'postgres'))).toBe(false);

    let acknowledged = -1;
    for (const more of [40, 80]) {
      const writer = startChild(script);
      for (let line = 0; line < more; line++) acknowledged = Number(await writer.line());
      await writer.kill();
    }
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    const { dataSource } = await open({ dataDir }, [migrating({ CoreRows1764000000001: 'SELECT 1' })]);
    const rows: { i: number }[] = await dataSource.query('SELECT i FROM gatehouse.rows ORDER BY i');
    expect(rows.slice(0, acknowledged + 1).map(({ i }) => i)).toEqual(
      Array.from({ length: acknowledged + 1 }, (_, i) => i),
    );
    expect(acknowledged).toBeGreaterThanOrEqual(119);
  }, 60_000);
});

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
