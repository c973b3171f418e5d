import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../../config/settings.js';
import { OpenDatabase } from '../database/open-database.js';
import { parsePostgresUrl } from '../database/postgres-url.js';
import { PURPOSE, SETTINGS, type Purpose } from '../settings.token.js';
import type { ConsoleHandlers } from './console-command.js';

/** Where the database is; never how one gets in. */
function databasePlace({ databaseUrl, dataDir }: Pick<Settings, 'databaseUrl' | 'dataDir'>): string {
  if (databaseUrl === undefined) return `embedded, in ${dataDir}`;
  const { where, database, user } = parsePostgresUrl(databaseUrl);
  return `PostgreSQL at ${where}, database ${database}, as ${user}`;
}

/** What the console says of the database. */
@Injectable()
export class DatabaseCommands {
  readonly handlers: ConsoleHandlers = {
    'db.status': () => this.status(),
    // It ran, if it had to, when this process opened the database; a service has done it long before, at its start.
    'db.migrate': async () => ({ ran: this.purpose === 'command' ? this.database.migrated : [] }),
  };

  constructor(
    private readonly database: OpenDatabase,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(PURPOSE) private readonly purpose: Purpose,
  ) {}

  private async status(): Promise<object> {
    const { dataSource } = this.database;
    const [{ version, size }] = await dataSource.query<[{ version: string; size: string }]>(
      `SELECT current_setting('server_version') AS version,
              pg_size_pretty(pg_database_size(current_database())) AS size`,
    );
    const rows = await dataSource.query<{ name: string }[]>('SELECT name FROM gatehouse.migrations ORDER BY id');
    return {
      database: databasePlace(this.settings),
      version,
      size,
      executed: rows.length,
      last: rows.at(-1)?.name ?? null,
      pending: [],
    };
  }
}
