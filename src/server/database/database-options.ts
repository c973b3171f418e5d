/** The schema that holds every table of the service, whatever database it shares with others. */
export const DATABASE_SCHEMA = 'gatehouse';

/** How to reach the database; with `config/` the only place that knows the settings behind it. */
export interface DatabaseOptions {
  /** `DATABASE_URL`: a PostgreSQL server, 14 or later. Left out: the embedded database in `dataDir`. */
  url?: string | undefined;
  /** `DATA_DIR`: the embedded database lives in its folder `postgres`. Made with mode 0700 if it isn't there. */
  dataDir: string;
  /** Connections to PostgreSQL at most, 10 unless told. The embedded database has one. */
  poolSize?: number | undefined;
  /** How long to wait at start for a PostgreSQL server that isn't ready yet, in milliseconds; 30,000 unless told. */
  connectTimeoutMs?: number | undefined;
  /** How long to wait for an answer of PostgreSQL before its connection is given up, in milliseconds; 35,000 unless told. */
  answerTimeoutMs?: number | undefined;
  /**
   * Told, once, when the embedded database can't go on in this process, with a sentence that says why. Every query fails
   * from then on; a new process finds all that was acknowledged.
   */
  onStopped?: ((sentence: string) => void) | undefined;
  /** What to do about migrations that haven't run: `run` them unless told to `refuse`. */
  pending?: 'run' | 'refuse' | undefined;
  /** Told what is going on; silent unless given. */
  logger?: DatabaseLogger | undefined;
}

/** What the database has to say while it starts and runs; any logger with these two methods fits. */
export interface DatabaseLogger {
  info(message: string): void;
  warn(message: string): void;
}
