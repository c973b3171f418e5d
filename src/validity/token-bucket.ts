/** Allows an act so and so often: a few times at once, and then at a rate. */
export class TokenBucket {
  private left: number;
  private filledAt: number;

  /**
   * @param rate  how many a second
   * @param burst how many at once after a rest
   * @param clock milliseconds, never going back; for tests
   */
  constructor(
    private readonly rate: number,
    private readonly burst: number,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.left = burst;
    this.filledAt = clock();
  }

  /** Whether the act is allowed now; if so, it counts as done. */
  take(): boolean {
    const time = this.clock();
    this.left = Math.min(this.burst, this.left + ((time - this.filledAt) / 1_000) * this.rate);
    this.filledAt = time;
    if (this.left < 1) return false;
    this.left--;
    return true;
  }
}
