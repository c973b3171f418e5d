import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type PGlite } from '@electric-sql/pglite';
import { type DataSource } from 'typeorm';
import { type DatabaseContents, createDataSource } from './data-source.js';
import { type DatabaseOptions } from './database-options.js';
import { DatabaseStartError } from './database-start-error.js';
import { syncFolder } from './durable-files.js';
import { EmbeddedPool } from './embedded-pool.js';
import { FolderLock } from './folder-lock.js';
import { startPglite } from './start-pglite.js';

const START_ANEW = 'Nothing that was acknowledged is lost. Give the disk room, and start the service again.';

/**
 * Opens the embedded database in `dataDir`, making it at first. What it has acknowledged is on the disk: it survives
 * the end of the process at any moment, and a power cut as far as the disk tells the truth.
 * @throws FolderTakenError if a living process has the folder; DatabaseStartError if it can't be used.
 */
export async function openEmbedded(
  options: DatabaseOptions,
  contents: DatabaseContents,
): Promise<{
  dataSource: DataSource;
  close: () => Promise<void>;
  listen: PGlite['listen'];
  stoppedAt: () => number | undefined;
}> {
  const { dataDir, logger } = options;
  let dataSource: DataSource | undefined;
  let lost: number | undefined;
  const stop = (sentence: string): void => {
    if (lost !== undefined) return;
    lost = performance.now();
    logger?.warn(sentence);
    options.onStopped?.(sentence);
  };
  const stopWriting = (): void => {
    stop(`Another process has taken the folder ${dataDir} over, since this one was paused: closed the database.`);
    void dataSource?.destroy().catch(() => undefined);
  };
  const lock = await usable(dataDir, async () => {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    return FolderLock.acquire(dataDir, stopWriting);
  });
  let pglite: PGlite | undefined;
  const close = async () => {
    try {
      if (dataSource?.isInitialized) await dataSource.destroy();
      // To close PGlite is to write: not into a folder that is another's by now, nor with a database that has given up.
      if (lost === undefined) await pglite?.close();
    } finally {
      // On a full disk that can't be noted. It need not be: the lock of a process that has ended is free.
      await lock.release().catch((error: Error) => logger?.warn(`the lock of ${dataDir} was left: ${error.message}`));
    }
  };
  try {
    pglite = await usable(dataDir, () =>
      openFolder(dataDir, options, (reason) =>
        stop(`The embedded database in ${dataDir} has given up: ${reason}. ${START_ANEW}`),
      ),
    );
    dataSource = createDataSource(contents, EmbeddedPool, EmbeddedPool.configFor(pglite), (error) =>
      logger?.warn(`the embedded database's connection broke: ${error.message}`),
    );
    await dataSource.initialize();
    return { dataSource, close, listen: pglite.listen.bind(pglite), stoppedAt: () => lost };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

/**
 * A new database is made beside its place and renamed once it is whole. So what stands in its place is never half made,
 * whenever the process dies, and is never removed.
 */
async function openFolder(
  dataDir: string,
  { logger }: DatabaseOptions,
  onPanic: (reason: string) => void,
): Promise<PGlite> {
  const place = join(dataDir, 'postgres');
  if (!(await exists(join(place, 'PG_VERSION')))) {
    logger?.info(`making the embedded database in ${place}`);
    const unfinished = join(dataDir, 'postgres.unfinished');
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { mode: 0o700 });
    const made = await startPglite(unfinished, onPanic);
    await made.close();
    await syncFolder(unfinished);
    await rename(unfinished, place);
    await syncFolder(dataDir, { recursive: false });
  }
  return startPglite(place, onPanic);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}

async function usable<T>(dataDir: string, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof DatabaseStartError) throw error;
    throw new DatabaseStartError(
      'folder-unusable',
      `The embedded database can't use the folder ${dataDir}: ${error instanceof Error ? error.message : String(error)}. ` +
        'Let DATA_DIR name a folder that this user may write, on a local disk with room, or set DATABASE_URL.',
      { cause: error },
    );
  }
}
