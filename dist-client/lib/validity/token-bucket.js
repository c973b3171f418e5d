"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.TokenBucket = void 0;
/** Allows an act so and so often: a few times at once, and then at a rate. */
class TokenBucket {
    /**
     * @param rate  how many a second
     * @param burst how many at once after a rest
     * @param clock milliseconds, never going back; for tests
     */
    constructor(rate, burst, clock = () => performance.now()) {
        this.rate = rate;
        this.burst = burst;
        this.clock = clock;
        this.left = burst;
        this.filledAt = clock();
    }
    /** Whether the act is allowed now; if so, it counts as done. */
    take() {
        const time = this.clock();
        this.left = Math.min(this.burst, this.left + ((time - this.filledAt) / 1_000) * this.rate);
        this.filledAt = time;
        if (this.left < 1)
            return false;
        this.left--;
        return true;
    }
}
exports.TokenBucket = TokenBucket;
