import { tmpdir } from 'node:os';
import pg from 'pg';
import { Column, Entity, type MigrationInterface, PrimaryColumn, type QueryRunner } from 'typeorm';
import { onTestFinished } from 'vitest';
import { type DatabaseOptions } from '../../src/server/database/database-options.js';
import { type DatabaseStartError } from '../../src/server/database/database-start-error.js';
import { DatabaseFeature, type MigrationClass } from '../../src/server/database/feature.js';
import { type OpenDatabase, openDatabase } from '../../src/server/database/open-database.js';
import { createEmbeddedFolder } from './embedded.js';
import { createTestDatabase } from './postgres.js';

/** A throw-away entity. */
@Entity({ name: 'notes' })
export class Note {
  @PrimaryColumn({ type: 'uuid' })
  id: string;
  @Column({ type: 'bigint' })
  position: number;
  @Column({ type: 'timestamptz' })
  at: Date;
}

/** Its table. */
export class CoreNotes1764000000001 implements MigrationInterface {
  readonly name = 'CoreNotes1764000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE TABLE gatehouse.notes (id uuid PRIMARY KEY, position bigint NOT NULL, at timestamptz NOT NULL DEFAULT now())',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE gatehouse.notes');
  }
}

/** Both, as a feature. */
export const notes = new DatabaseFeature([Note], [CoreNotes1764000000001]);

/** A database of PostgreSQL for this test, with the migrations of these features. */
export async function postgres(features: DatabaseFeature[] = []): Promise<DatabaseOptions> {
  const database = await createTestDatabase(features);
  onTestFinished(() => database.drop());
  return { url: database.url, dataDir: tmpdir() };
}

/** An embedded database for this test. */
export async function embedded(): Promise<DatabaseOptions> {
  const { dataDir, remove } = await createEmbeddedFolder();
  onTestFinished(remove);
  return { dataDir };
}

/** Opens it for this test. */
export async function open(options: DatabaseOptions, features: DatabaseFeature[]): Promise<OpenDatabase> {
  const database = await openDatabase(options, features);
  onTestFinished(() => database.close());
  return database;
}

/** A feature of nothing but migrations, each with the SQL that it runs. */
export function migrating(migrations: Record<string, string>): DatabaseFeature {
  const classes = Object.entries(migrations).map(
    ([name, sql]): MigrationClass =>
      class implements MigrationInterface {
        readonly name = name;

        async up(runner: QueryRunner): Promise<void> {
          await runner.query(sql);
        }

        async down(): Promise<void> {}
      },
  );
  return new DatabaseFeature([], classes);
}

/** Why it can't be opened. */
export async function refusalOf(
  options: DatabaseOptions,
  features: DatabaseFeature[] = [],
): Promise<DatabaseStartError> {
  return openDatabase(options, features).then(
    async (database) => {
      await database.close();
      throw new Error('The database was opened, and should not have been.');
    },
    (error: DatabaseStartError) => error,
  );
}

/** The migrations it has, in the order in which they ran. */
export async function migrationsOf({ dataSource }: OpenDatabase): Promise<string[]> {
  const rows: { name: string }[] = await dataSource.query('SELECT name FROM gatehouse.migrations ORDER BY id');
  return rows.map(({ name }) => name);
}

/** Runs a statement on a connection of its own. */
export async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}

/** The address with some parts replaced. */
export function changed(
  url: string,
  parts: Partial<Record<'username' | 'password' | 'pathname' | 'port', string>>,
): string {
  return Object.assign(new URL(url), parts).href;
}
