import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { pg_trgm as trigrams } from '@electric-sql/pglite/contrib/pg_trgm';
import { type DataSource } from 'typeorm';
import { type DatabaseContents, createDataSource } from './data-source.js';
import { type DatabaseOptions } from './database-options.js';
import { DatabaseStartError } from './database-start-error.js';
import { DurableFiles, syncFolder } from './durable-files.js';
import { EmbeddedPool } from './embedded-pool.js';
import { FolderLock } from './folder-lock.js';

/**
 * Opens the embedded database in `dataDir`, making it at first. What it has acknowledged is on the disk: it survives
 * the end of the process at any moment, and a power cut as far as the disk tells the truth.
 * @throws FolderTakenError if a living process has the folder; DatabaseStartError if it can't be used.
 */
export async function openEmbedded(
  options: DatabaseOptions,
  contents: DatabaseContents,
): Promise<{ dataSource: DataSource; close: () => Promise<void>; listen: PGlite['listen'] }> {
  const { dataDir, logger } = options;
  let dataSource: DataSource | undefined;
  let lost = false;
  const stopWriting = () => {
    lost = true;
    logger?.warn(
      `another process has taken the folder ${dataDir} over, since this one was paused: closed the database`,
    );
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
      // To close PGlite is to write, so not into a folder that is another's by now.
      if (!lost) await pglite?.close();
    } finally {
      await lock.release();
    }
  };
  try {
    pglite = await usable(dataDir, () => openFolder(dataDir, options));
    dataSource = createDataSource(contents, EmbeddedPool, EmbeddedPool.configFor(pglite), (error) =>
      logger?.warn(`the embedded database's connection broke: ${error.message}`),
    );
    await dataSource.initialize();
    return { dataSource, close, listen: pglite.listen.bind(pglite) };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

/**
 * A new database is made beside its place and renamed once it is whole. So what stands in its place is never half made,
 * whenever the process dies, and is never removed.
 */
async function openFolder(dataDir: string, { logger }: DatabaseOptions): Promise<PGlite> {
  const place = join(dataDir, 'postgres');
  if (!(await exists(join(place, 'PG_VERSION')))) {
    logger?.info(`making the embedded database in ${place}`);
    const unfinished = join(dataDir, 'postgres.unfinished');
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { mode: 0o700 });
    const made = await start(unfinished);
    await made.close();
    await syncFolder(unfinished);
    await rename(unfinished, place);
    await syncFolder(dataDir, { recursive: false });
  }
  return start(place);
}

function start(folder: string): Promise<PGlite> {
  return PGlite.create({
    fs: new DurableFiles(folder),
    startParams: DurableFiles.startParams,
    // What a migration may ask for: in this database an extension is there only if it is brought along.
    extensions: { trigrams },
  });
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
