import { execFile } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A disk that can be full: a file system of its own, in memory. */
export interface SmallDisk {
  readonly path: string;
  /** Leaves no byte of it free. */
  fill(): void;
  /** Gives free what was filled. */
  free(): void;
  remove(): Promise<void>;
}

/** Whether a disk can be made here. It needs the right to mount, which root has, but not in every container. */
export async function canMakeDisks(): Promise<boolean> {
  return makeSmallDisk(1).then(
    (disk) => disk.remove().then(() => true),
    () => false,
  );
}

/** Makes one, mounted in a new folder unless one is given. */
export async function makeSmallDisk(megabytes: number, folder?: string): Promise<SmallDisk> {
  const path = folder ?? (await mkdtemp(join(tmpdir(), 'gatehouse-disk-')));
  const removeFolder = async (): Promise<void> => void (folder === undefined && (await rmdir(path)));
  await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'gatehouse-test', path]).catch(
    async (error: unknown) => {
      await removeFolder();
      throw error;
    },
  );
  const fillers = [65_536, 512].map((size) => ({ size, file: join(path, `filler-${size}`) }));
  return {
    path,
    fill: () => fillers.forEach(({ size, file }) => writeUntilFull(file, size)),
    free: () => fillers.forEach(({ file }) => rmSync(file, { force: true })),
    async remove() {
      await run('umount', ['--lazy', path]);
      await removeFolder();
    },
  };
}

function writeUntilFull(file: string, size: number): void {
  const bytes = Buffer.alloc(size, 1);
  const descriptor = openSync(file, 'w');
  try {
    for (;;) writeSync(descriptor, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(descriptor);
  }
}
