import { type Freshness, type Moment } from '../validity/index.js';
/** For which the news may be trusted, from the start of the look that brought them. Milliseconds. */
export declare const LEASE = 800;
/** Readings of the service's monotonic clock, as the stream brings them. Milliseconds. */
export interface Opening {
    /** This side's clocks, noted before the request was sent. */
    readonly sent: Moment;
    /** The service's clock when it accepted the request. */
    readonly clock: number;
    /** For which the service thinks news may be trusted. */
    readonly lease: number;
}
/**
 * The lease of a connected application (decision 14). A heartbeat vouches for a moment by the service's clock; that
 * moment by this side's clocks is `sent + (heartbeat − opened)` at the earliest, since the request was accepted after it
 * was sent. So whatever delays or holds back the heartbeats makes the lease older, never younger.
 */
export declare class NewsLease implements Freshness {
    private readonly clock;
    private readonly lease;
    private readonly waiting;
    private began;
    private renewed;
    /** @param clock for tests */
    constructor(clock?: () => Moment);
    get isFresh(): boolean;
    /** Milliseconds since the moment up to which everything is known; infinite before the first. */
    get age(): number;
    /** Whether it lapsed, or never began, so long ago that waiting for it is no use. */
    get hasLapsed(): boolean;
    /** Whether it ran until less than so many milliseconds ago, by both clocks. */
    ranWithin(milliseconds: number): boolean;
    /**
     * Takes a heartbeat.
     *
     * @returns false when a clock can't be trusted: the start would lie in the future, or the clocks don't agree on
     *          whether the lease runs. The stream has to be opened anew then.
     */
    heartbeat(opening: Opening, clock: number): boolean;
    /** Waits for a lease to begin, up to a second from the lapse. */
    becomeFresh(): Promise<boolean>;
    private renew;
    private next;
}
