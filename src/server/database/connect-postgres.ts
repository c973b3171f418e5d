import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type DataSource } from 'typeorm';
import { type DatabaseContents, createDataSource } from './data-source.js';
import { type DatabaseOptions } from './database-options.js';
import { DatabaseStartError } from './database-start-error.js';
import { PoolClient } from './pool-client.js';
import { type PostgresAddress, parsePostgresUrl } from './postgres-url.js';
import { refusal } from './postgres-refusal.js';

const OLDEST_VERSION = 140_000;
const ATTEMPT_LIMIT_MS = 5_000;

// By SET, not as start-up parameters, which poolers refuse. A statement of ours takes milliseconds; one that takes this
// long holds locks that others wait for, as does a transaction whose process has been stopped.
const SESSION_SETTINGS = "SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '30s'";

/**
 * Connects to PostgreSQL, waiting for a server that is down, starting, or recovering; the wait is bounded by
 * `connectTimeoutMs`. What no waiting cures (URL, password, database, version) stops it at once.
 * @throws DatabaseStartError with a sentence; the password is in none.
 */
export async function connectPostgres(
  url: string,
  options: DatabaseOptions,
  contents: DatabaseContents,
): Promise<DataSource> {
  const address = parsePostgresUrl(url);
  const connection: pg.ClientConfig = { connectionString: url, application_name: 'gatehouse', keepAlive: true };
  await waitUntilReady(connection, address, options);
  const pool: pg.PoolConfig = {
    ...connection,
    max: options.poolSize ?? 10,
    connectionTimeoutMillis: 10_000,
    // A prepared statement keeps its plan, which was made for the tables as they were.
    maxLifetimeSeconds: 600,
    // Beyond what the server allows a statement: for a server that doesn't answer at all.
    query_timeout: options.answerTimeoutMs ?? 35_000,
    // The pool does wait for it, only its types don't say so.
    // Made with the pool's options, whatever its type says.
    Client: PoolClient as unknown as new () => pg.ClientBase,
    onConnect: (client) => client.query(SESSION_SETTINGS) as unknown as undefined,
  };
  const dataSource = createDataSource(contents, pg.Pool, pool, (error) =>
    options.logger?.warn(`lost an idle connection to PostgreSQL at ${address.where}: ${error.message}`),
  );
  return dataSource.initialize();
}

async function waitUntilReady(
  connection: pg.ClientConfig,
  address: PostgresAddress,
  { connectTimeoutMs = 30_000, logger }: DatabaseOptions,
): Promise<void> {
  const deadline = performance.now() + connectTimeoutMs;
  let delay = 100;
  let announced = false;
  for (;;) {
    const left = deadline - performance.now();
    try {
      await probe({ ...connection, connectionTimeoutMillis: Math.max(1, Math.min(ATTEMPT_LIMIT_MS, left)) }, address);
      return;
    } catch (error) {
      const refused = refusal(error, address);
      if (refused) throw refused;
      const reason = reasonOf(error);
      if (performance.now() + delay > deadline) {
        throw new DatabaseStartError(
          'unreachable',
          `PostgreSQL at ${address.where} could not be reached within ${connectTimeoutMs / 1000} s (${reason}). ` +
            'Start the server, or correct DATABASE_URL.',
          { cause: error },
        );
      }
      if (!announced) logger?.info(`waiting for PostgreSQL at ${address.where} (${reason})`);
      announced = true;
    }
    await sleep(delay);
    delay = Math.min(delay * 2, 1_000);
  }
}

async function probe(connection: pg.ClientConfig, address: PostgresAddress): Promise<void> {
  const client = new pg.Client(connection);
  // The call under way fails with the same error; unheard, it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ version: number; release: string; recovering: boolean }>(
      `SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS release,
              pg_is_in_recovery() AS recovering`,
    );
    const server = rows[0]!;
    if (server.version < OLDEST_VERSION) {
      throw new DatabaseStartError(
        'server-unsuitable',
        `PostgreSQL at ${address.where} is version ${server.release}; the service needs 14 or later. Upgrade the ` +
          'server, or let DATABASE_URL name another one.',
      );
    }
    // Worth waiting for: a stand-by that is being promoted, as well as a server that replays its log after a crash.
    if (server.recovering) throw new Error('it is in recovery, or a read-only replica');
  } finally {
    await client.end().catch(() => undefined);
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  // Several addresses that all failed come as one error without a message of its own.
  return message || code || 'unknown reason';
}
