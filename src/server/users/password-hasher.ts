import { Inject, Injectable } from '@nestjs/common';
import bcrypt from 'bcrypt';
import type { Settings } from '../../config/settings.js';
import { hashingConcurrency, poolSize } from '../../config/thread-pool.js';
import { SETTINGS } from '../settings.token.js';
import { HashingThreads } from './hashing-threads.js';
import { bcryptInput, bcryptText, costOf, fillers } from './password-format.js';
import { WorkQueue } from './work-queue.js';

/** Waiting hashes for each one that runs: some ten seconds' worth at the default cost. */
const WAITING_PER_THREAD = 40;

/**
 * Hashes and verifies passwords with bcrypt, off the event loop and bounded. Passwords are taken verbatim, never cut:
 * one longer than bcrypt reads is hashed before, and the stored format says so.
 */
@Injectable()
export class PasswordHasher {
  private readonly cost: number;
  private readonly queue: WorkQueue;
  private readonly threads: HashingThreads;

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
    const { text, hash, counts } = bcryptInput(password, stored, this.cost);
    const fits = await this.queue.run(async () => {
      const answer = await this.threads.watch(() => bcrypt.compare(text, hash));
      for (const filler of fillers(hash, this.cost)) await bcrypt.compare(text, filler);
      return answer;
    });
    return fits && counts;
  }

  /** Whether a stored hash costs an attacker less than a new one would. */
  isOutdated(stored: string): boolean {
    return (costOf(stored) ?? 0) < this.cost;
  }
}
