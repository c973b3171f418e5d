import { createHash, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import pg from 'pg';
import { inject } from 'vitest';
import { type DatabaseFeature } from '../../src/server/database/feature.js';
import { orderMigrations } from '../../src/server/database/migrate.js';
import { openDatabase } from '../../src/server/database/open-database.js';

/** A database of a test's own. */
export interface TestDatabase {
  url: string;
  /** Drops it, ending the connections that are left. */
  drop(): Promise<void>;
}

/**
 * A database with the migrations of these features, in 20 to 40 ms: it is cloned from a template that the first call
 * of the run with these migrations makes. Without features it is empty.
 */
export async function createTestDatabase(features: readonly DatabaseFeature[] = []): Promise<TestDatabase> {
  const name = `${inject('databasePrefix')}${randomBytes(6).toString('hex')}`;
  const template = features.length > 0 ? await templateFor(features) : undefined;
  await maintain((client) => client.query(`CREATE DATABASE ${name}${template ? ` TEMPLATE ${template}` : ''}`));
  return {
    url: urlOf(name),
    drop: () => maintain((client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  };
}

const templates = new Map<string, Promise<string>>();

function templateFor(features: readonly DatabaseFeature[]): Promise<string> {
  const migrations = orderMigrations(features.flatMap((feature) => feature.migrations));
  // Their text too: while watching, they change within a run.
  const described = migrations.map((migration) => `${new migration().name ?? migration.name}: ${String(migration)}`);
  const hash = createHash('sha256').update(described.join('\n')).digest('hex').slice(0, 16);
  const name = `${inject('databasePrefix')}template_${hash}`;
  const template = templates.get(name) ?? makeTemplate(name, features);
  templates.set(name, template);
  return template;
}

async function makeTemplate(name: string, features: readonly DatabaseFeature[]): Promise<string> {
  await maintain(async (client) => {
    // Workers ask for the same template at once; the lock ends with the connection.
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name]);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount) return;
    // Renamed when it is whole, so that a worker that dies half way leaves nothing that looks like a template.
    const unfinished = `${name}_unfinished`;
    await client.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${unfinished}`);
    const database = await openDatabase({ url: urlOf(unfinished), dataDir: tmpdir() }, features);
    await database.close();
    await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${name}`);
  });
  return name;
}

async function maintain(action: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    await action(client);
  } finally {
    await client.end();
  }
}

function urlOf(database: string): string {
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${database}`;
  return url.href;
}
