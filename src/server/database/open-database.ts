import { type DataSource } from 'typeorm';
import { connectPostgres } from './connect-postgres.js';
import { type DatabaseContents } from './data-source.js';
import { type DatabaseOptions } from './database-options.js';
import { type DatabaseFeature } from './feature.js';
import { migrate, orderMigrations, requireMigrated } from './migrate.js';

/** A database that is open and up to date; close it once, when nothing uses it any more. */
export class OpenDatabase {
  private closing?: Promise<void>;
  /** The migrations that ran when it was opened. */
  migrated: readonly string[] = [];

  constructor(
    readonly dataSource: DataSource,
    /** Whether it runs inside this process, which is then its only writer. */
    readonly embedded: boolean,
    private readonly end: () => Promise<void>,
    /**
     * Of the embedded database alone: tells of each NOTIFY when the transaction commits, before the statement that
     * commits returns.
     */
    readonly listen?: (channel: string, heard: (payload: string) => void) => Promise<unknown>,
    /**
     * Of the embedded database alone: since when it has given up, or is another process's, and nothing more is heard of
     * changes. Milliseconds of the monotonic clock; undefined as long as all is well.
     */
    readonly stoppedAt: () => number | undefined = () => undefined,
  ) {}

  /** Ends all connections, and with the embedded database writes it out and frees its folder. May be called twice. */
  close(): Promise<void> {
    return (this.closing ??= this.end());
  }
}

/**
 * Opens the database that the options name, embedded or PostgreSQL, and migrates it.
 * An entity or migration named by several features counts once.
 * @throws DatabaseStartError with a sentence for whoever runs the service; nothing is left open then.
 */
export async function openDatabase(
  options: DatabaseOptions,
  features: readonly DatabaseFeature[],
): Promise<OpenDatabase> {
  const contents: DatabaseContents = {
    entities: [...new Set(features.flatMap(({ entities }) => entities))],
    migrations: orderMigrations(features.flatMap(({ migrations }) => migrations)),
  };
  const database = options.url
    ? await openPostgres(options.url, options, contents)
    : await openOwn(options, contents).then(
        ({ dataSource, close, listen, stoppedAt }) => new OpenDatabase(dataSource, true, close, listen, stoppedAt),
      );
  try {
    if (options.pending === 'refuse') {
      await requireMigrated(database.dataSource);
      return database;
    }
    const ran = await migrate(database.dataSource);
    database.migrated = ran;
    if (ran.length > 0) options.logger?.info(`migrated the database: ${ran.join(', ')}`);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Loaded only where it is used: it takes its time, and PostgreSQL has no need of it. */
async function openOwn(options: DatabaseOptions, contents: DatabaseContents) {
  const { openEmbedded } = await import('./embedded-database.js');
  return openEmbedded(options, contents);
}

async function openPostgres(url: string, options: DatabaseOptions, contents: DatabaseContents): Promise<OpenDatabase> {
  const dataSource = await connectPostgres(url, options, contents);
  return new OpenDatabase(dataSource, false, () => dataSource.destroy());
}
