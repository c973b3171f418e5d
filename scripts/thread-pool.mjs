import { availableParallelism } from 'node:os';

/**
 * The threads that libuv's pool is given where the service starts. Password hashes keep as many busy as there are cores;
 * files and look-ups must not wait behind them.
 */
export function threadPoolSize(cores = availableParallelism()) {
  return Math.max(4, cores + 2);
}
