import { fsyncSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** What is used here of the file system in Emscripten that PGlite reaches the disk by; it has no types of its own. */
interface DiskFileSystem {
  stream_ops: { fsync?: (stream: { nfd?: number }) => number };
  tryFSOperation<T>(operation: () => T): T;
}

/**
 * The files of a PGlite database, with an fsync that does something. PGlite turns it off, which a killed process
 * survives but a power cut doesn't: a revoked token could live again. A commit costs one fsync, as in any PostgreSQL.
 */
export class DurableFiles extends NodeFS {
  /** PGlite's own, without `-F`; the other ways to write the log through never reach the disk here. */
  static readonly startParams = [
    ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
    '-c',
    'wal_sync_method=fsync',
  ];

  /** @param onAbort told at the moment at which PostgreSQL gives up, as after a log record that could not be written */
  constructor(
    folder: string,
    private readonly onAbort: () => void,
  ) {
    super(folder);
  }

  override async init(...[database, options]: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(database, options);
    const syncToDisk = (module: unknown) => {
      const disk = (module as { NODEFS: DiskFileSystem }).NODEFS;
      disk.stream_ops.fsync = ({ nfd }) => {
        // A folder has no descriptor here; the file system orders its changes itself.
        if (nfd !== undefined) disk.tryFSOperation(() => fsyncSync(nfd));
        return 0;
      };
    };
    const preRun = [...(emscriptenOpts.preRun as []), syncToDisk];
    return { emscriptenOpts: { ...emscriptenOpts, preRun, onAbort: this.onAbort } };
  }
}

/** Waits until a folder, and unless told otherwise all that is in it, is on the disk. */
export async function syncFolder(folder: string, { recursive } = { recursive: true }): Promise<void> {
  if (recursive) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      await (entry.isDirectory() ? syncFolder(path) : syncPath(path));
    }
  }
  // Windows opens no folders, and needs no telling.
  if (process.platform !== 'win32') await syncPath(folder);
}

async function syncPath(path: string): Promise<void> {
  const file = await open(path, process.platform === 'win32' ? 'r+' : 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
