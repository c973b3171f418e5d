/** Why a database could not be opened; a closed set, so that callers can tell the cases apart. */
export type DatabaseStartErrorCode =
  | 'url-invalid'
  | 'unreachable'
  | 'access-refused'
  | 'database-unknown'
  | 'server-unsuitable'
  | 'database-too-new'
  | 'database-foreign'
  | 'migrations-clash'
  | 'migration-failed'
  | 'migrations-pending'
  | 'folder-taken'
  | 'folder-unusable';

/**
 * The database can't be opened, and a person has to do something about it. The message is a whole sentence that names
 * the setting and the remedy and holds no secret: print it without a stack. `cause`, where there is one, is for the log.
 */
export class DatabaseStartError extends Error {
  override readonly name: string = 'DatabaseStartError';

  constructor(
    readonly code: DatabaseStartErrorCode,
    sentence: string,
    options?: ErrorOptions,
  ) {
    super(sentence, options);
  }
}

/** The database was migrated by a newer release than the one that tries to open it. */
export class DatabaseTooNewError extends DatabaseStartError {
  override readonly name = 'DatabaseTooNewError';

  constructor(readonly unknownMigrations: readonly string[]) {
    super(
      'database-too-new',
      `The database is newer than this release: it has the migration ${unknownMigrations.join(', ')}, which this code ` +
        'does not know. Start the release that made it, or a later one, or restore a backup from before the upgrade.',
    );
  }
}

/** The database was migrated by an older release than the one that opens it, or never; and migrating wasn't asked for. */
export class MigrationsPendingError extends DatabaseStartError {
  override readonly name = 'MigrationsPendingError';

  constructor(
    readonly pending: readonly string[],
    /** How many have run. */
    readonly executed: number,
  ) {
    super(
      'migrations-pending',
      executed === 0
        ? 'There is nothing in the database yet. Start the service once, which sets it up.'
        : `The database is older than this release: ${pending.length} migrations haven't run (${pending.slice(0, 3).join(', ')}` +
            `${pending.length > 3 ? ', …' : ''}). Start the service of this release, or run \`gatehouse db migrate\`.`,
    );
  }
}

/** Another living process (or this one, a second time) has the embedded database's folder open. */
export class FolderTakenError extends DatabaseStartError {
  override readonly name = 'FolderTakenError';

  constructor(
    readonly folder: string,
    readonly pid: number | null,
    readonly host: string | null,
    lockFile: string,
  ) {
    super(
      'folder-taken',
      `The folder ${folder} is in use by ${pid === process.pid ? 'this very process' : `process ${pid ?? 'unknown'}`} ` +
        `on host ${host ?? 'unknown'}, and the embedded database has room for one process. Stop that process, give ` +
        'this one another DATA_DIR, or set DATABASE_URL to share a PostgreSQL server. ' +
        `(If you are sure that nothing has the folder open, delete ${lockFile}.)`,
    );
  }
}
