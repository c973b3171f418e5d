import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/**
 * Within what a process id means one process: a boot of a machine and, in a container, its own count of processes.
 * The host's name alone would not do: containers may share one and all have a process 1.
 */
export async function machine(): Promise<string> {
  if (process.platform !== 'linux') return hostname();
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const processes = await readlink('/proc/self/ns/pid').catch(() => '');
  return [hostname(), boot.trim(), processes].join(' ');
}

/** When a process of this machine began (ticks since boot), since its id may be used again; null where not told. */
export async function startOf(pid: number): Promise<string | null> {
  return (await statusOf(pid))?.startedAt ?? null;
}

/** Whether the process that had this id, and began then if that is known, still runs on this machine. */
export async function isRunning(pid: number, startedAt: string | null): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and another user's.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const status = await statusOf(pid);
  if (!status) return true;
  // Z and X: it has ended, and its parent hasn't asked yet.
  return !/[ZX]/.test(status.state) && (startedAt === null || status.startedAt === startedAt);
}

async function statusOf(pid: number): Promise<{ state: string; startedAt: string } | undefined> {
  if (process.platform !== 'linux') return undefined;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The second field, in parentheses, is the program's name and may hold blanks and parentheses itself.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startedAt] = [fields?.[0], fields?.[19]];
  return state !== undefined && startedAt !== undefined ? { state, startedAt } : undefined;
}
