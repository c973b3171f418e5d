/** A moment by both clocks, in milliseconds. */
export interface Moment {
    /** Never goes back, but may stand still while a machine sleeps. */
    readonly monotonic: number;
    /** May be set, but goes on while a machine sleeps. */
    readonly wall: number;
}
/** The moment that it is. */
export declare function now(): Moment;
/**
 * How long what is known may be trusted. Compared with the clocks inside each decision, never set by a timer: a process
 * that was paused finds its lease lapsed before it decides anything, however late its timers run.
 */
export declare class Lease {
    readonly duration: number;
    private readonly clock;
    private renewed;
    /**
     * @param duration milliseconds
     * @param clock    for tests
     */
    constructor(duration: number, clock?: () => Moment);
    /** Whether it may be trusted now. Either clock can say no; one that was set back says no too. */
    get isFresh(): boolean;
    /** Milliseconds since the moment that it runs from; infinite before the first. */
    get age(): number;
    /** Runs it from `start`: when the successful look began, not when it ended. A start before the present one is ignored. */
    renew(start: Moment): void;
    /** Ends it, until it is renewed from a later moment. */
    lapse(): void;
}
