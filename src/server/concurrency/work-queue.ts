import { DomainError } from '../domain-error.js';

/** Runs so many pieces of work at once, keeps so many waiting, and turns the rest away at once. */
export class WorkQueue {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  /**
   * @param concurrency how many run at once
   * @param capacity    how many may wait beyond those
   * @param work        what there is too much of when it is full, for the caller
   */
  constructor(
    private readonly concurrency: number,
    private readonly capacity: number,
    private readonly work = 'logins',
  ) {}

  /** @throws DomainError `overloaded` when the queue is full */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.concurrency) {
      if (this.waiting.length >= this.capacity)
        throw new DomainError('overloaded', `Too many ${this.work} at once. Try again shortly.`);
      // Whoever ends hands its place over, so `running` stays as it is.
      await new Promise<void>((resume) => this.waiting.push(resume));
    } else {
      this.running++;
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}
