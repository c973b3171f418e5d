import type { EventEmitter } from 'node:events';
import { PreparingClient } from './prepared.js';

/** What node-postgres says when `query_timeout` is over; its error has no code. */
const NO_ANSWER = 'Query read timeout';

/**
 * A connection of the pool. One over which no answer comes in time is closed: its server may have gone without a word, as
 * in a failover, and node-postgres would let each query to follow wait behind the one that is never answered, until the
 * operating system gives the connection up after a quarter of an hour.
 */
export class PoolClient extends PreparingClient {
  override query(...args: unknown[]): never {
    const answer: unknown = super.query(...args);
    if (answer instanceof Promise) {
      answer.catch((error: unknown) => {
        if (error instanceof Error && error.message === NO_ANSWER) this.giveUp(error);
      });
    }
    return answer as never;
  }

  /** Tells the pool, before it could hand the connection on, and closes it. `end()` would wait for the answer. */
  private giveUp(error: Error): void {
    const { connection } = this as unknown as { connection: EventEmitter & { stream: { destroy(): void } } };
    connection.emit('error', error);
    connection.stream.destroy();
  }
}
