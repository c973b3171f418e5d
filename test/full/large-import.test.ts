import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createTestEnvironment, type TestEnvironment } from '../support/environment.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

vi.setConfig({ testTimeout: 180_000 });

const ROWS = 100_000;
/** The hard bound at an instance. Milliseconds. */
const BOUND = 250;

let database: TestDatabase;
let service: TestEnvironment;
let importer: pg.Client;
let sql: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  service = await createTestEnvironment({ databaseUrl: database.url });
  importer = new pg.Client({ connectionString: database.url });
  sql = new pg.Client({ connectionString: database.url });
  await Promise.all([importer.connect(), sql.connect()]);
});
afterAll(async () => {
  await Promise.all([importer.end(), sql.end()]);
  await service.close();
  await database.drop();
});

/** Milliseconds from now until the token is answered so. */
async function until(token: string, expected: number): Promise<number> {
  const since = performance.now();
  while ((await service.ask('/finance/data', { token })).status !== expected) {
    if (performance.now() - since > 5_000) throw new Error(`it was never ${expected}`);
  }
  return performance.now() - since;
}

it(`an import of ${ROWS} rows that is held open delays nobody's news, and what it changed counts from its commit`, async () => {
  const victim = await service.login('frank');
  expect(await until(victim, 200)).toBeLessThan(5_000);
  await importer.query('BEGIN');
  // As an import does: it writes accounts, changes existing ones, and takes its time before it commits.
  await importer.query(
    `INSERT INTO gatehouse.accounts (username, username_key, name)
     SELECT 'imported-' || n, 'imported-' || n, 'Imported' FROM generate_series(1, ${ROWS}) AS n`,
  );
  await importer.query(`UPDATE gatehouse.accounts SET name = 'Imported again' WHERE username LIKE 'imported-%'`);
  await importer.query(`UPDATE gatehouse.accounts SET is_active = false WHERE username = 'frank'`);

  const times: number[] = [];
  for (let round = 0; round < 20; round++) {
    const token = await service.login('admin');
    expect(await until(token, 200)).toBeLessThan(BOUND);
    const { jti } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { jti: string };
    const asked = performance.now();
    await sql.query('UPDATE gatehouse.tokens SET revoked_at = now() WHERE jti = $1', [jti]);
    // The commit of others doesn't wait for the import.
    expect(performance.now() - asked).toBeLessThan(BOUND);
    times.push(await until(token, 401));
  }
  expect(Math.max(...times)).toBeLessThan(BOUND);
  expect((await service.ask('/finance/data', { token: victim })).status).toBe(200);

  // Its rows were written before all of those, and are committed after them: a position that it got when it wrote
  // would be one that every reader has passed.
  await importer.query('COMMIT');
  expect(await until(victim, 401)).toBeLessThan(BOUND);
});
