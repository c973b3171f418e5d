import { Inject, Injectable } from '@nestjs/common';
import bcrypt from 'bcrypt';
import type { Settings } from '../../config/settings.js';
import { hashingConcurrency, poolSize } from '../../config/thread-pool.js';
import { SETTINGS } from '../settings.token.js';
import { WorkQueue } from '../concurrency/work-queue.js';
import { HashingThreads } from './hashing-threads.js';
import { fitsForeign } from './foreign-hash-check.js';
import { parseForeignHash, type ForeignHash } from './foreign-hash.js';
import { bcryptInput, bcryptText, costOf, dummyHash, fillers } from './password-format.js';

/** Waiting hashes for each one that runs: some ten seconds' worth at the default cost. */
const WAITING_PER_THREAD = 40;

/** bcrypt's own least cost. */
const LEAST_COST = 4;
/** How often the work that fills up the time is halved. */
const LEAST_STEP = 4;

/**
 * Hashes and verifies passwords with bcrypt, off the event loop and bounded. Passwords are taken verbatim, never cut:
 * one longer than bcrypt reads is hashed before, and the stored format says so. Hashes that other systems have made with
 * other functions are verified too, and count as outdated.
 */
@Injectable()
export class PasswordHasher {
  private readonly cost: number;
  private readonly queue: WorkQueue;
  private readonly threads: HashingThreads;
  /** Milliseconds that a hash of the full cost has taken lately, by the clock on the wall. */
  private fullWork?: number;

  constructor(@Inject(SETTINGS) { bcryptCost }: Pick<Settings, 'bcryptCost'>) {
    const concurrency = hashingConcurrency();
    this.cost = bcryptCost;
    this.threads = new HashingThreads(poolSize());
    this.queue = new WorkQueue(concurrency, concurrency * WAITING_PER_THREAD);
  }

  /**
   * A hash to store, salted and with the cost of the settings.
   *
   * @throws DomainError `overloaded`
   */
  async hash(password: string): Promise<string> {
    const { text, prefix } = bcryptText(password);
    return prefix + (await this.queue.run(() => this.threads.watch(() => bcrypt.hash(text, this.cost))));
  }

  /**
   * Whether the password fits the stored hash. Without one, the same work is done for nothing, so that time doesn't tell
   * which accounts exist or can log in; likewise beside one of a lower cost.
   *
   * @throws DomainError `overloaded`
   */
  async verify(password: string, stored: string | null | undefined): Promise<boolean> {
    const foreign = stored ? parseForeignHash(stored) : undefined;
    if (foreign) return this.queue.run(() => this.verifyForeign(password, foreign));
    const { text, hash, counts } = bcryptInput(password, stored, this.cost);
    const fits = await this.queue.run(async () => {
      const start = performance.now();
      const answer = await this.threads.watch(() => bcrypt.compare(text, hash));
      for (const filler of fillers(hash, this.cost)) await bcrypt.compare(text, filler);
      this.fullWork = performance.now() - start;
      return answer;
    });
    return fits && counts;
  }

  /**
   * The time that the hash of another system leaves of what one of ours takes is filled with work on dummies, each half
   * as long as the one before: so the answer comes when every other does, to a sixteenth. One that takes longer shows,
   * until its owner logs in: docs/decisions/0019.
   */
  private async verifyForeign(password: string, hash: ForeignHash): Promise<boolean> {
    const start = performance.now();
    const fits = await fitsForeign(password, hash);
    const { fullWork } = this;
    // Nobody has logged in yet: the dummy's whole work, which tells no less than a guess would.
    const steps = fullWork === undefined ? 0 : LEAST_STEP;
    for (let step = 0; step <= steps; step++) {
      const cost = this.cost - step;
      if (cost < LEAST_COST) break;
      const takes = fullWork === undefined ? 0 : fullWork / 2 ** step;
      const left = fullWork === undefined ? 0 : fullWork - (performance.now() - start);
      if (takes <= left) await bcrypt.compare('', dummyHash(cost));
    }
    return fits;
  }

  /** Whether a stored hash costs an attacker less than a new one would. */
  isOutdated(stored: string): boolean {
    return (costOf(stored) ?? 0) < this.cost;
  }
}
