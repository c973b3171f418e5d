"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Lease = void 0;
exports.now = now;
/** The moment that it is. */
function now() {
    return { monotonic: performance.now(), wall: Date.now() };
}
/**
 * How long what is known may be trusted. Compared with the clocks inside each decision, never set by a timer: a process
 * that was paused finds its lease lapsed before it decides anything, however late its timers run.
 */
class Lease {
    /**
     * @param duration milliseconds
     * @param clock    for tests
     */
    constructor(duration, clock = now) {
        this.duration = duration;
        this.clock = clock;
        this.renewed = { monotonic: -Infinity, wall: -Infinity };
    }
    /** Whether it may be trusted now. Either clock can say no; one that was set back says no too. */
    get isFresh() {
        const { monotonic, wall } = this.clock();
        return monotonic - this.renewed.monotonic < this.duration && Math.abs(wall - this.renewed.wall) < this.duration;
    }
    /** Milliseconds since the moment that it runs from; infinite before the first. */
    get age() {
        return this.clock().monotonic - this.renewed.monotonic;
    }
    /** Runs it from `start`: when the successful look began, not when it ended. A start before the present one is ignored. */
    renew(start) {
        if (start.monotonic > this.renewed.monotonic)
            this.renewed = start;
    }
    /** Ends it, until it is renewed from a later moment. */
    lapse() {
        this.renewed = { monotonic: this.renewed.monotonic, wall: -Infinity };
    }
}
exports.Lease = Lease;
