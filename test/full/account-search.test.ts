import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { CoreChanges1763800000001 } from '../../src/server/changes/changes.migration.js';
import { DatabaseFeature } from '../../src/server/database/feature.js';
import type { OpenDatabase } from '../../src/server/database/open-database.js';
import { CoreRbac1763800000003 } from '../../src/server/rbac/rbac.migration.js';
import { readAccounts } from '../../src/server/users/account-list.js';
import { CoreAccountSearch1763800000070 } from '../../src/server/users/account-search.migration.js';
import { CoreAccounts1763800000002 } from '../../src/server/users/accounts.migration.js';
import { changed, embedded, open, postgres, query, refusalOf } from '../support/databases.js';

const BEFORE = new DatabaseFeature([], [CoreChanges1763800000001, CoreAccounts1763800000002, CoreRbac1763800000003]);
const SEARCH = new DatabaseFeature([], [CoreAccountSearch1763800000070]);

const search = async ({ dataSource }: OpenDatabase, q: string): Promise<string[]> => {
  const { items } = await readAccounts(dataSource, { kind: 'user', q }, { limit: 50, sort: 'username' });
  return items.map(({ username }) => username);
};

describe.each([
  ['PostgreSQL', postgres],
  ['the embedded database', embedded],
])('the search for accounts on %s', (_, options) => {
  test('finds those that were there before, in any case of any script', async () => {
    const settings = await options();
    const former = await open(settings, [BEFORE]);
    await former.dataSource.query(
      `INSERT INTO gatehouse.accounts (username, username_key, name) VALUES ('jörg', 'jörg', 'Jörg MÜLLER'), ('anna', 'anna', 'АННА')`,
    );
    const [{ news }] = await former.dataSource.query('SELECT count(*)::int AS news FROM gatehouse.changes');
    await former.close();
    const database = await open(settings, [BEFORE, SEARCH]);
    expect(await search(database, 'ÜLLE')).toEqual(['jörg']);
    expect(await search(database, 'нна')).toEqual(['anna']);
    expect(await database.dataSource.query('SELECT count(*)::int AS news FROM gatehouse.changes')).toEqual([{ news }]);
  });

  test('reads by an index: pages in each order, and what few have', async () => {
    const settings = await options();
    const former = await open(settings, [BEFORE]);
    await former.dataSource.query(
      `INSERT INTO gatehouse.accounts (username, username_key, name, email, email_key)
       SELECT 'p' || n, 'p' || n, md5(n::text), n || '@x.example', n || '@x.example' FROM generate_series(1, 20000) n`,
    );
    await former.close();
    const database = await open(settings, [BEFORE, SEARCH]);
    await database.dataSource.query('VACUUM ANALYZE gatehouse.accounts');
    const planned: string[] = [];
    const explaining = {
      query: async (sql: string, values: unknown[]) => {
        const plan = await database.dataSource.query(`EXPLAIN ${sql}`, values);
        planned.push(plan.map((row: Record<string, string>) => row['QUERY PLAN']).join('\n'));
        return database.dataSource.query(sql, values);
      },
    } as unknown as OpenDatabase['dataSource'];
    for (const sort of ['username', 'name', 'email', 'createdAt', 'lastLoginAt']) {
      for (const direction of ['', '-']) {
        const page = { limit: 50, sort: direction + sort };
        const { nextCursor } = await readAccounts(explaining, { kind: 'user' }, page);
        await readAccounts(explaining, { kind: 'user' }, { ...page, cursor: nextCursor! });
      }
    }
    expect(planned).toHaveLength(20);
    for (const [at, plan] of planned.entries()) {
      expect(plan).toMatch(/^Limit.*\n *->  Index Scan( Backward)? using accounts_by_/);
      // A deep page costs what the first does: the cursor is where the index begins.
      if (at % 2 === 1) expect(plan).toMatch(/Index Cond: .*ROW\(/);
    }
    planned.length = 0;
    await readAccounts(explaining, { kind: 'user', q: 'p19999' }, { limit: 50, sort: 'name' });
    expect(planned).toHaveLength(2);
    expect(planned[1]).toContain('Bitmap Index Scan on accounts_search');
    // What many have is found on the way.
    planned.length = 0;
    await readAccounts(explaining, { kind: 'user', q: 'example' }, { limit: 50, sort: '-username' });
    expect(planned).toHaveLength(1);
    expect(planned[0]).toContain('accounts_by_username');
  });
});

test('the extension that may not be made stops the start, and one that an administrator has made is taken', async () => {
  const role = `limited_${randomUUID().replaceAll('-', '')}`;
  // After the database in which it has a schema.
  onTestFinished(() => query(inject('postgresUrl'), `DROP ROLE ${role}`));
  const { url } = await postgres();
  await query(url!, `CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
  await query(url!, `CREATE SCHEMA gatehouse AUTHORIZATION ${role}`);
  const limited = { url: changed(url!, { username: role, password: 'x' }), dataDir: tmpdir() };
  const refusal = await refusalOf(limited, [BEFORE, SEARCH]);
  expect(refusal).toMatchObject({ code: 'access-refused' });
  expect(refusal.message).toMatch(/pg_trgm.*GRANT CREATE ON DATABASE.*CREATE EXTENSION pg_trgm/);
  await query(url!, 'CREATE EXTENSION pg_trgm');
  expect(await search(await open(limited, [BEFORE, SEARCH]), 'x')).toEqual([]);
});
