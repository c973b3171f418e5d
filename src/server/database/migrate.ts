import { type DataSource, type MigrationInterface, QueryFailedError, type QueryRunner } from 'typeorm';
import { DATABASE_SCHEMA } from './database-options.js';
import { DatabaseStartError, DatabaseTooNewError, MigrationsPendingError } from './database-start-error.js';
import { type MigrationClass } from './feature.js';

/** Names that begin so belong to the service; all others to the modules of those who use it. */
const CORE = /^Core/;

// Any constant does, as long as every instance of every release takes the same.
const MIGRATION_LOCK = 7_305_804_402;

const TABLE = `${DATABASE_SCHEMA}.migrations`;

/**
 * The migrations in the order of their timestamps, each once however often it was named.
 * @throws DatabaseStartError if two share a name or a timestamp, or one has no timestamp.
 */
export function orderMigrations(migrations: readonly MigrationClass[]): MigrationClass[] {
  const byTimestamp = new Map<number, { name: string; migration: MigrationClass }>();
  for (const migration of new Set(migrations)) {
    const name = nameOf(new migration());
    const timestamp = timestampOf(name);
    const other = byTimestamp.get(timestamp);
    if (other) {
      throw new DatabaseStartError(
        'migrations-clash',
        `The migrations ${other.name} and ${name} have the same ${other.name === name ? 'name' : 'timestamp'}, ` +
          'so their order is open. Give one of them another timestamp at the end of its name.',
      );
    }
    byTimestamp.set(timestamp, { name, migration });
  }
  return [...byTimestamp].sort(([a], [b]) => a - b).map(([, { migration }]) => migration);
}

/**
 * Brings the database up to the data source's migrations and tells the names of those it ran. All of them run in one
 * transaction, under a lock: of instances that start at once, one migrates and the others wait for it.
 * With nothing to do it takes two queries and no lock. Unknown names in the table are ignored unless they are the
 * service's own: a module may have been switched off.
 * @throws DatabaseTooNewError if a newer release was here; DatabaseStartError if a migration fails or may not run, or
 * if the table of migrations is that of something else. The database is then as it was.
 */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  const known = dataSource.migrations;
  if (pending(known, await executedNames(dataSource)).length === 0) return [];
  const runner = dataSource.createQueryRunner();
  // Waiting for another instance's migration, or a long one of ours, is no reason to give up: neither here, nor there.
  const impatient = limitsOf(await runner.connect());
  const limit = impatient.query_timeout;
  try {
    impatient.query_timeout = 0;
    await runner.startTransaction();
    await runner.query('SET LOCAL statement_timeout = 0');
    // A lock of the transaction, not of the session: it holds behind a pooler too, and ends with the transaction.
    await runner.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    const ran = await runPending(runner, known);
    await runner.commitTransaction();
    return ran;
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw explained(error);
  } finally {
    impatient.query_timeout = limit;
    await runner.release();
  }
}

/** What node-postgres looks at for each query of a connection; its types don't say so. */
function limitsOf(client: unknown): { query_timeout?: number | false | undefined } {
  return (client as { connectionParameters: { query_timeout?: number | false } }).connectionParameters;
}

/** @throws MigrationsPendingError if there is anything to run; DatabaseStartError as {@link migrate} */
export async function requireMigrated(dataSource: DataSource): Promise<void> {
  const executed = await executedNames(dataSource);
  const names = pending(dataSource.migrations, executed).map(nameOf);
  if (names.length > 0) throw new MigrationsPendingError(names, executed.size);
}

async function runPending(runner: QueryRunner, known: readonly MigrationInterface[]): Promise<string[]> {
  const [{ there }] = await runner.query(`SELECT to_regnamespace($1) IS NOT NULL AS there`, [DATABASE_SCHEMA]);
  // Not IF NOT EXISTS alone: that asks for the right to create schemas even where an administrator has made it.
  if (!there) await runner.query(`CREATE SCHEMA ${DATABASE_SCHEMA}`);
  // The columns are TypeORM's, so that its own command line can read the table.
  await runner.query(
    `CREATE TABLE IF NOT EXISTS ${TABLE} (id serial PRIMARY KEY, "timestamp" bigint NOT NULL, name varchar NOT NULL)`,
  );
  const names: string[] = [];
  for (const migration of pending(known, await executedNames(runner))) {
    const name = nameOf(migration);
    try {
      await migration.up(runner);
    } catch (error) {
      throw explained(error, name);
    }
    await runner.query(`INSERT INTO ${TABLE} ("timestamp", name) VALUES ($1, $2)`, [timestampOf(name), name]);
    names.push(name);
  }
  return names;
}

async function executedNames(database: Pick<DataSource | QueryRunner, 'query'>): Promise<Set<string>> {
  const [{ there }] = await database.query(`SELECT to_regclass($1) IS NOT NULL AS there`, [TABLE]);
  if (!there) return new Set();
  const rows: { name: string }[] = await database.query(`SELECT name FROM ${TABLE}`);
  return new Set(rows.map(({ name }) => name));
}

/** What is yet to run, once it is certain that the database is one of ours and not ahead of us. */
function pending(known: readonly MigrationInterface[], executed: ReadonlySet<string>): MigrationInterface[] {
  const knownCore = known.map(nameOf).filter((name) => CORE.test(name));
  const tooNew = [...executed].filter((name) => CORE.test(name) && !knownCore.includes(name));
  const related = knownCore.some((name) => executed.has(name));
  if (knownCore.length > 0 && executed.size > 0 && !related) {
    throw new DatabaseStartError(
      'database-foreign',
      `The table ${TABLE} lists migrations (${[...executed].slice(0, 3).join(', ')}${executed.size > 3 ? ', …' : ''}) ` +
        'but none that this release builds on: the database is too old, or belongs to something else. Upgrade it ' +
        'with the releases in between, or let DATABASE_URL name another database.',
    );
  }
  if (tooNew.length > 0) throw new DatabaseTooNewError(tooNew);
  return known.filter((migration) => !executed.has(nameOf(migration)));
}

function explained(error: unknown, migration?: string): unknown {
  if (error instanceof DatabaseStartError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const refused = error instanceof QueryFailedError && (error.driverError as { code?: string }).code === '42501';
  if (refused) {
    return new DatabaseStartError(
      'access-refused',
      `The database user of DATABASE_URL may not make what the service needs: ${reason}. Let it create the schema ` +
        `(GRANT CREATE ON DATABASE … TO …), or make the schema ${DATABASE_SCHEMA} with that user as its owner.`,
      { cause: error },
    );
  }
  if (migration === undefined) return error;
  return new DatabaseStartError(
    'migration-failed',
    `The migration ${migration} failed: ${reason}. Nothing was changed; correct the cause and start again.`,
    { cause: error },
  );
}

function nameOf(migration: MigrationInterface): string {
  return migration.name ?? migration.constructor.name;
}

function timestampOf(name: string): number {
  const digits = /\d{13}$/.exec(name)?.[0];
  if (digits === undefined) {
    throw new DatabaseStartError(
      'migrations-clash',
      `The migration ${name} has no place in the order: its name must end in a timestamp of 13 digits, ` +
        'like CreateContracts1764000000001.',
    );
  }
  return Number(digits);
}
