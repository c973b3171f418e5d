import { type PGlite } from '@electric-sql/pglite';
import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import pg from 'pg';

const BUSY_LIMIT_MS = 10_000;

// The session is PGlite's and outlives the client: without this a new client would find the last one's transaction open.
const FRESH_SESSION = 'ROLLBACK; RESET ALL; SELECT pg_advisory_unlock_all()';

type Connected = Parameters<pg.Pool['connect']>[0];

/**
 * The embedded database has one connection, so whoever asks for a second inside a transaction waits for itself. This
 * pool ends that wait with an error that says what happened.
 */
export class EmbeddedPool extends pg.Pool {
  /** The configuration that makes such a pool one of this database. */
  static configFor(pglite: PGlite): pg.PoolConfig {
    // Each client with a bridge of its own: over a shared one a new client hears the end of the one it replaces.
    class EmbeddedClient extends pg.Client {
      constructor(config: pg.ClientConfig) {
        super(Object.assign({ ...config }, createPgConfig(pglite)) as pg.ClientConfig);
      }
    }
    return {
      max: 1,
      idleTimeoutMillis: 0,
      connectionTimeoutMillis: BUSY_LIMIT_MS,
      // The pool does wait for it, only its types don't say so.
      onConnect: (client) => client.query(FRESH_SESSION) as unknown as undefined,
      // Made with the pool's options, whatever its type says.
      Client: EmbeddedClient as unknown as new () => pg.ClientBase,
    };
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<pg.PoolClient> | void {
    if (!callback) {
      return super.connect().catch((error: Error) => {
        throw explained(error);
      });
    }
    super.connect((error, client, release) => callback(error && explained(error), client, release));
  }
}

function explained(error: Error): Error {
  if (error.message !== 'timeout exceeded when trying to connect') return error;
  return new Error(
    `The embedded database's one connection was busy for ${BUSY_LIMIT_MS / 1000} s. Inside a transaction use the ` +
      "transaction's own EntityManager or QueryRunner, not an injected repository: that waits for the transaction to end.",
    { cause: error },
  );
}
