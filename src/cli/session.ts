import { randomBytes } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readAppSecret } from '../config/app-secret.js';
import type { Settings } from '../config/settings.js';
import { ConsoleClient } from '../server/console/console-client.js';
import type { ConsoleArguments, ConsoleStreams } from '../server/console/console-command.js';
import { ConsoleError } from '../server/console/console-error.js';

/** How long another command may keep the folder of the embedded database, and between two looks. Milliseconds. */
const PATIENCE = 10_000;
const LOOK_EVERY = 100;

/** Where commands are done. */
export interface Session {
  /** @throws ConsoleError */
  run(command: string, args: ConsoleArguments, streams: ConsoleStreams): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Where the settings say: on PostgreSQL in this process, beside whatever services there are. The embedded database has
 * room for one process: where a running service holds it, there, by its socket.
 *
 * @param pending what to do about migrations that haven't run
 * @throws ConsoleError
 */
export async function openSession(settings: Settings, login: string, pending: 'run' | 'refuse'): Promise<Session> {
  if (settings.databaseUrl !== undefined) return openHere(settings, login, pending);
  const { dataDir } = settings;
  const service = new ConsoleClient(dataDir, login);
  for (const deadline = performance.now() + PATIENCE; ; await sleep(LOOK_EVERY)) {
    if (await service.isThere()) return Object.assign(service, { close: async () => undefined });
    if (pending === 'refuse') await requireDatabase(dataDir);
    try {
      return await openHere(settings, login, pending);
    } catch (error) {
      const isTaken = error instanceof ConsoleError && (error.cause as Error | undefined)?.name === 'FolderTakenError';
      if (!isTaken || performance.now() > deadline) throw error;
    }
  }
}

/** The embedded database is made by whoever opens it first, and a mistyped DATA_DIR is no reason to make one. */
async function requireDatabase(dataDir: string): Promise<void> {
  await access(join(dataDir, 'postgres', 'PG_VERSION')).catch((error: NodeJS.ErrnoException) => {
    throw new ConsoleError(
      'unreachable',
      error.code === 'ENOENT' || error.code === 'ENOTDIR'
        ? `There is no database in ${dataDir} yet. Start the service once, which makes it, or set DATA_DIR or DATABASE_URL as the service has them.`
        : `The database in ${dataDir} can't be opened by this user (${error.code}). Run this as the user who runs the service.`,
      { cause: error },
    );
  });
}

/** What is needed for it is loaded only now: it takes its time. */
async function openHere(settings: Settings, login: string, pending: 'run' | 'refuse'): Promise<Session> {
  await import('reflect-metadata');
  const [{ openConsoleProcess }, { toConsoleError }, { operator }] = await Promise.all([
    import('../server/console/console-process.js'),
    import('../server/console/to-console-error.js'),
    import('../server/console/console-command.js'),
  ]);
  const refuse = (error: unknown): never => {
    throw toConsoleError(error);
  };
  // A random one opens nothing: without the service's own, keys can be neither used nor made.
  const appSecret = settings.appSecret ?? (await readAppSecret(settings.dataDir)) ?? randomBytes(32).toString('hex');
  const here = await openConsoleProcess({ ...settings, appSecret }, pending).catch(refuse);
  const actor = operator(login);
  return {
    run: (command, args, streams) => here.commands.run(command, args, { ...streams, actor }).catch(refuse),
    close: () => here.close(),
  };
}
