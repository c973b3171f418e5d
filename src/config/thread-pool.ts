import { availableParallelism } from 'node:os';

/** What libuv takes when UV_THREADPOOL_SIZE isn't set. */
const DEFAULT_POOL_SIZE = 4;

/** How many threads libuv's pool has. */
export function poolSize(env: NodeJS.ProcessEnv = process.env): number {
  return Number(env['UV_THREADPOOL_SIZE']) || DEFAULT_POOL_SIZE;
}

/**
 * How many password hashes may run at once: as many as there are cores, but fewer than libuv's pool has threads, or
 * file and DNS work would wait behind hashes. The pool's size is set by whoever starts the process; setting it in here
 * would be too late.
 */
export function hashingConcurrency(env: NodeJS.ProcessEnv = process.env, cores = availableParallelism()): number {
  return Math.max(1, Math.min(cores, poolSize(env) - 1));
}
