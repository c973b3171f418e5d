/** Allows an act so and so often: a few times at once, and then at a rate. */
export declare class TokenBucket {
    private readonly rate;
    private readonly burst;
    private readonly clock;
    private left;
    private filledAt;
    /**
     * @param rate  how many a second
     * @param burst how many at once after a rest
     * @param clock milliseconds, never going back; for tests
     */
    constructor(rate: number, burst: number, clock?: () => number);
    /** Whether the act is allowed now; if so, it counts as done. */
    take(): boolean;
}
