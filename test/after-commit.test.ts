import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { afterCommit } from '../src/server/database/after-commit.js';
import { openDatabase, type OpenDatabase } from '../src/server/database/open-database.js';
import { createTestDatabase, type TestDatabase } from './support/postgres.js';

let made: TestDatabase;
let database: OpenDatabase;
beforeAll(async () => {
  made = await createTestDatabase();
  database = await openDatabase({ url: made.url, dataDir: tmpdir() }, []);
});
afterAll(async () => {
  await database.close();
  await made.drop();
});

it('what is to be done after a commit is done once, after it', async () => {
  const { dataSource } = database;
  await dataSource.query('CREATE TABLE things (name text)');
  let seen: Promise<unknown> | undefined;
  let calls = 0;
  const look = (): void => {
    calls++;
    seen = dataSource.query('SELECT name FROM things');
  };
  await dataSource.transaction(async (manager) => {
    await manager.transaction(async (inner) => {
      await inner.query(`INSERT INTO things VALUES ('one')`);
      afterCommit(inner, look);
      afterCommit(inner, look);
    });
    expect(calls).toBe(0);
    afterCommit(manager, look);
  });
  expect(calls).toBe(1);
  expect(await seen).toEqual([{ name: 'one' }]);
});

it('what is to be done after a commit is not done when there is none, nor at the next one', async () => {
  const { dataSource } = database;
  let calls = 0;
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  afterCommit(runner.manager, () => calls++);
  await runner.rollbackTransaction();
  await runner.startTransaction();
  await runner.commitTransaction();
  await runner.release();
  expect(calls).toBe(0);
});

it('what is to be done after a commit is done at once where there is no transaction', () => {
  let calls = 0;
  afterCommit(database.dataSource, () => calls++);
  afterCommit(database.dataSource.manager, () => calls++);
  expect(calls).toBe(2);
});
