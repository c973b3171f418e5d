import { readdirSync, readFileSync } from 'node:fs';
import { setPriority, constants } from 'node:os';

/** Nanoseconds of processor time in one hash from which a thread is taken for the one that hashed. */
const HASHING = 5_000_000;
const TASKS = '/proc/self/task';

/**
 * Lets the event loop go before the threads that hash passwords, where both want the same core: otherwise a request
 * waits for the scheduler's whole turn of a hash. On Linux alone, which has priorities of threads; elsewhere nothing
 * happens. Which threads of libuv's pool they are shows in what they use while a hash runs.
 */
export class HashingThreads {
  private readonly lowered = new Set<number>();

  /** @param count how many threads there are to find */
  constructor(private readonly count: number) {}

  /** Does the work, and lowers the priority of the threads that did it. Never fails for that. */
  async watch<Result>(work: () => Promise<Result>): Promise<Result> {
    if (process.platform !== 'linux' || this.lowered.size >= this.count) return work();
    const before = processorTimes();
    const result = await work();
    for (const [thread, time] of processorTimes()) {
      if (thread === process.pid || this.lowered.has(thread) || time - (before.get(thread) ?? 0) < HASHING) continue;
      try {
        setPriority(thread, constants.priority.PRIORITY_LOW);
        this.lowered.add(thread);
      } catch {
        // Not allowed here, or the thread is gone: then it stays as it was.
      }
    }
    return result;
  }
}

/** Nanoseconds of processor time of each thread of this process, by its id. */
function processorTimes(): Map<number, number> {
  const times = new Map<number, number>();
  try {
    for (const thread of readdirSync(TASKS)) {
      times.set(Number(thread), Number(readFileSync(`${TASKS}/${thread}/schedstat`, 'utf8').split(' ')[0]));
    }
  } catch {
    // A thread that ended between the two calls, or a system without these files.
  }
  return times;
}
