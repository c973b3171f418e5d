import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type TestProject } from 'vitest/node';
import { startPostgres } from './postgres-server.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The maintenance database of the run's PostgreSQL server. */
    postgresUrl: string;
    /** What the names of the run's databases begin with. */
    databasePrefix: string;
    /** For what the files of a run share: it is removed after the last of them. */
    runFolder: string;
  }
}

const ALL_RUNS = 'gatehouse_test_';
const FORGOTTEN_AFTER_MS = 6 * 60 * 60 * 1000;

/** Once a run: a PostgreSQL server of its own, or the one that TEST_DATABASE_URL names (a user who may create databases). */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const external = process.env.TEST_DATABASE_URL;
  const server = external ? undefined : await startPostgres();
  const url = external ?? server!.url;
  const prefix = `${ALL_RUNS}${Date.now()}_${randomBytes(3).toString('hex')}_`;
  if (external) await dropDatabases(url, isForgotten);
  project.provide('postgresUrl', url);
  project.provide('databasePrefix', prefix);
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-test-run-'));
  project.provide('runFolder', folder);
  return async () => {
    await rm(folder, { recursive: true, force: true });
    if (server) await server.stop();
    else await dropDatabases(url, (name) => name.startsWith(prefix));
  };
}

/** Of a run that was killed long ago; a younger one may be under way beside this. */
function isForgotten(name: string): boolean {
  const begun = Number(new RegExp(`^${ALL_RUNS}(\\d+)_`).exec(name)?.[1]);
  return begun < Date.now() - FORGOTTEN_AFTER_MS;
}

async function dropDatabases(url: string, which: (name: string) => boolean): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database');
  for (const { datname } of rows.filter(({ datname: name }) => which(name))) {
    await client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(datname)} WITH (FORCE)`);
  }
  await client.end();
}
