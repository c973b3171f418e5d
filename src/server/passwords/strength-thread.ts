import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { WorkQueue } from '../concurrency/work-queue.js';

/** What zxcvbn says of a password; its words are keys that stand for sentences. */
export interface Estimate {
  /** 0 is guessed at once, 4 hardly ever. */
  readonly score: 0 | 1 | 2 | 3 | 4;
  readonly warning: string | null;
  readonly suggestions: readonly string[];
}

/** So many characters are looked at, which takes a tenth of a second at most: longer passwords are no weaker. */
const LOOKED_AT = 64;
/** Estimates that wait for their turn. */
const MOST_WAITING = 20;
/** Milliseconds: for one estimate, with the start of the thread; and until a thread that nobody asks is ended. */
const PATIENCE = 5_000;
const IDLE = 60_000;

const THREAD = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { ZxcvbnFactory } = require(workerData.core);
  const { adjacencyGraphs: graphs, dictionary } = require(workerData.words);
  const zxcvbn = new ZxcvbnFactory({ dictionary, graphs, maxLength: workerData.lookedAt });
  parentPort.on('message', ({ password, words }) => {
    const { score, feedback } = zxcvbn.check(password, words);
    parentPort.postMessage({ score, ...feedback });
  });`;

/**
 * Runs zxcvbn, which takes up to a tenth of a second and 30 MB, off the event loop: in one thread, which is started when
 * it is asked and ends when nobody does.
 */
@Injectable()
export class StrengthThread implements OnApplicationShutdown {
  private readonly queue = new WorkQueue(1, MOST_WAITING, 'passwords to look at');
  private worker: Worker | undefined;
  private idle: NodeJS.Timeout | undefined;

  /**
   * @param words that are as good as known, such as the person's names
   * @throws DomainError `overloaded`
   */
  estimate(password: string, words: readonly string[]): Promise<Estimate> {
    return this.queue.run(() => this.ask({ password, words }));
  }

  onApplicationShutdown(): Promise<void> {
    return this.end();
  }

  private async ask(question: object): Promise<Estimate> {
    clearTimeout(this.idle);
    this.worker ??= start();
    try {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, and no window
      this.worker.postMessage(question);
      const [answer] = (await once(this.worker, 'message', { signal: AbortSignal.timeout(PATIENCE) })) as [Estimate];
      this.idle = setTimeout(() => void this.end(), IDLE).unref();
      return answer;
    } catch (error) {
      await this.end();
      throw error;
    }
  }

  private async end(): Promise<void> {
    const { worker } = this;
    clearTimeout(this.idle);
    this.worker = undefined;
    await worker?.terminate();
  }
}

function start(): Worker {
  const { resolve } = createRequire(import.meta.url);
  const workerData = {
    core: resolve('@zxcvbn-ts/core'),
    words: resolve('@zxcvbn-ts/language-common'),
    lookedAt: LOOKED_AT,
  };
  const worker = new Worker(THREAD, { eval: true, workerData, execArgv: [], env: {} });
  // Whoever waits for an answer hears of it too.
  worker.on('error', () => {});
  worker.unref();
  return worker;
}
