import { randomUUID } from 'node:crypto';
import { link, open, readFile, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FolderTakenError } from './database-start-error.js';
import { isRunning, machine, startOf } from './process-identity.js';

const HEARTBEAT_MS = 2_000;
const STALE_AFTER_MS = 15_000;
const LOOK_EVERY_MS = 500;

interface Holder {
  pid: number;
  /** When the process began, in the machine's own count; null where it can't be told. */
  startedAt: string | null;
  host: string;
  /** Within which process ids mean the same. */
  machine: string;
  nonce: string;
  released?: true;
}

/**
 * The right to be the one process that uses a folder. It is held by the file `lock.<n>` of the highest n; to take it
 * is to make the next, which one process only can. So a stale lock is never removed before it is replaced, and two who
 * both find it stale can't both come to hold the folder.
 */
export class FolderLock {
  private readonly heartbeat: NodeJS.Timeout;

  private constructor(
    private readonly folder: string,
    private readonly generation: number,
    private readonly holder: Holder,
    private readonly file: FileHandle,
    private readonly onLost: () => void,
  ) {
    // Shows processes elsewhere that share the folder that this one lives; unref'd, since it is no reason to.
    this.heartbeat = setInterval(() => void this.beat().catch(() => undefined), HEARTBEAT_MS).unref();
  }

  /**
   * Takes the lock, also from a process that has died or released it. A holder on another machine, or in another
   * container, counts as dead once it has been silent for 15 s; that is waited for if need be.
   * @param onLost told once if this process was paused so long that another one has taken the folder: write no more.
   * @throws FolderTakenError if a living process holds it.
   */
  static async acquire(folder: string, onLost: () => void = () => undefined): Promise<FolderLock> {
    const holder: Holder = {
      pid: process.pid,
      startedAt: await startOf(process.pid),
      host: hostname(),
      machine: await machine(),
      nonce: randomUUID(),
    };
    const ready = await writeWhole(folder, holder);
    try {
      for (;;) {
        const last = await highest(folder);
        if (last > 0 && (await isHeld(folder, last, holder.machine))) await refuse(folder, last);
        const generation = last + 1;
        if (!(await linked(ready, lockFile(folder, generation)))) continue;
        // A number read long ago may have been used and cleared away since: then the present holder's is higher.
        if ((await highest(folder)) > generation) {
          await rm(lockFile(folder, generation), { force: true });
          continue;
        }
        await clearBelow(folder, generation);
        return new FolderLock(folder, generation, holder, await open(lockFile(folder, generation), 'r+'), onLost);
      }
    } finally {
      await rm(ready, { force: true });
    }
  }

  /** Gives the folder free for the next. The file stays, marked, so that its number is never used twice. */
  async release(): Promise<void> {
    clearInterval(this.heartbeat);
    await this.file.close();
    const marked = await writeWhole(this.folder, { ...this.holder, released: true });
    await rename(marked, lockFile(this.folder, this.generation));
  }

  private async beat(): Promise<void> {
    if ((await highest(this.folder)) > this.generation) {
      clearInterval(this.heartbeat);
      this.onLost();
      return;
    }
    // Written, not touched: the time is then the file system's own, the same for all who share it.
    await this.file.write(JSON.stringify(this.holder), 0);
  }
}

async function isHeld(folder: string, generation: number, here: string): Promise<boolean> {
  const path = lockFile(folder, generation);
  const holder = await readHolder(path);
  if (holder?.released) return false;
  if (holder?.machine === here) return isRunning(holder.pid, holder.startedAt);
  // Elsewhere, or not to be read: only its heartbeat can tell.
  return isBeating(folder, path);
}

async function isBeating(folder: string, path: string): Promise<boolean> {
  const first = await modified(path);
  if (first === undefined) return false;
  const probe = await writeWhole(folder, {});
  const age = ((await modified(probe)) ?? first) - first;
  await rm(probe, { force: true });
  for (let waited = 0; age + waited < STALE_AFTER_MS; waited += LOOK_EVERY_MS) {
    await sleep(LOOK_EVERY_MS);
    if ((await modified(path)) !== first) return true;
  }
  return false;
}

async function refuse(folder: string, generation: number): Promise<never> {
  const path = lockFile(folder, generation);
  const holder = await readHolder(path);
  throw new FolderTakenError(folder, holder?.pid ?? null, holder?.host ?? null, path);
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

/** The highest generation there is, 0 if none. */
async function highest(folder: string): Promise<number> {
  return Math.max(0, ...(await generations(folder)));
}

async function generations(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names.flatMap((name) => /^lock\.(\d+)$/.exec(name)?.[1] ?? []).map(Number);
}

async function clearBelow(folder: string, generation: number): Promise<void> {
  for (const other of await generations(folder)) {
    if (other < generation) await rm(lockFile(folder, other), { force: true });
  }
}

function lockFile(folder: string, generation: number): string {
  return join(folder, `lock.${generation}`);
}

/** Writes a file under a name of its own, to be linked or renamed once it is whole and on the disk. */
async function writeWhole(folder: string, content: Partial<Holder>): Promise<string> {
  const path = join(folder, `lock-${randomUUID()}.tmp`);
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(JSON.stringify(content));
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return path;
}

async function linked(from: string, to: string): Promise<boolean> {
  return link(from, to).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

async function modified(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}
