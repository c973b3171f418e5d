"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.NewsLease = exports.LEASE = void 0;
const index_js_1 = require("../validity/index.js");
/** For which the news may be trusted, from the start of the look that brought them. Milliseconds. */
exports.LEASE = 800;
/**
 * Requests wait so long for news after a lapse, or a start, and no longer: in a long outage nobody is to wait for nothing.
 * Milliseconds.
 */
const PATIENCE = 1_000;
/**
 * Two clocks that run at slightly different rates come apart by so much within the quarter of an hour that a stream lasts;
 * what lies in the future by no more than that counts as now. Milliseconds.
 */
const DRIFT = 50;
/**
 * The lease of a connected application (decision 14). A heartbeat vouches for a moment by the service's clock; that
 * moment by this side's clocks is `sent + (heartbeat − opened)` at the earliest, since the request was accepted after it
 * was sent. So whatever delays or holds back the heartbeats makes the lease older, never younger.
 */
class NewsLease {
    /** @param clock for tests */
    constructor(clock = index_js_1.now) {
        this.clock = clock;
        this.waiting = new Set();
        this.lease = new index_js_1.Lease(exports.LEASE, clock);
        this.began = clock();
    }
    get isFresh() {
        return this.lease.isFresh;
    }
    /** Milliseconds since the moment up to which everything is known; infinite before the first. */
    get age() {
        return this.lease.age;
    }
    /** Whether it lapsed, or never began, so long ago that waiting for it is no use. */
    get hasLapsed() {
        const since = this.renewed ?? this.began;
        const { monotonic, wall } = this.clock();
        return Math.max(monotonic - since.monotonic, Math.abs(wall - since.wall)) > exports.LEASE + PATIENCE;
    }
    /** Whether it ran until less than so many milliseconds ago, by both clocks. */
    ranWithin(milliseconds) {
        if (!this.renewed)
            return false;
        const { monotonic, wall } = this.clock();
        const [one, other] = [monotonic - this.renewed.monotonic, Math.abs(wall - this.renewed.wall)];
        return Math.max(one, other) < exports.LEASE + milliseconds;
    }
    /**
     * Takes a heartbeat.
     *
     * @returns false when a clock can't be trusted: the start would lie in the future, or the clocks don't agree on
     *          whether the lease runs. The stream has to be opened anew then.
     */
    heartbeat(opening, clock) {
        const elapsed = clock - opening.clock;
        const { monotonic, wall } = this.clock();
        const age = monotonic - (opening.sent.monotonic + elapsed);
        const ageByWall = wall - (opening.sent.wall + elapsed);
        if (age < -DRIFT || ageByWall < -DRIFT)
            return false;
        // A service that trusts its news for a shorter time is believed: the lease begins as much earlier.
        const earlier = Math.max(0, exports.LEASE - opening.lease);
        this.renew({
            monotonic: monotonic - Math.max(0, age) - earlier,
            wall: wall - Math.max(0, ageByWall) - earlier,
        });
        return age < exports.LEASE === ageByWall < exports.LEASE;
    }
    /** Waits for a lease to begin, up to a second from the lapse. */
    async becomeFresh() {
        const since = this.renewed ?? this.began;
        const left = since.monotonic + exports.LEASE + PATIENCE - this.clock().monotonic;
        if (!this.isFresh && left > 0)
            await this.next(Math.min(left, PATIENCE));
        return this.isFresh;
    }
    renew(start) {
        this.lease.renew(start);
        if (!this.renewed || start.monotonic > this.renewed.monotonic)
            this.renewed = start;
        if (!this.isFresh)
            return;
        for (const wake of this.waiting)
            wake();
    }
    next(milliseconds) {
        return new Promise((resolve) => {
            const wake = () => {
                clearTimeout(timer);
                this.waiting.delete(wake);
                resolve();
            };
            const timer = setTimeout(wake, milliseconds);
            this.waiting.add(wake);
        });
    }
}
exports.NewsLease = NewsLease;
