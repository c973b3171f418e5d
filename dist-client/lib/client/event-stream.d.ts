import { type Change, type Moment } from '../validity/index.js';
import { type Cursor } from './cursor.js';
import type { FaultLog } from './fault-log.js';
import { type NewsLease } from './news-lease.js';
import type { OwnTokens } from './own-tokens.js';
import type { Service } from './service.js';
/** What the stream is doing, for status and metrics. */
export interface StreamStatus {
    readonly state: 'connecting' | 'open' | 'waiting' | 'closed';
    /** The place in the news up to which everything was applied. */
    readonly cursor: string | undefined;
    /** How often it was opened. */
    readonly openings: number;
    /** Why it last ended. */
    readonly lastError: string | undefined;
}
/** Hears what died or changed from the service (decision 14), and goes on hearing it until it is closed. */
export declare class EventStream {
    private readonly service;
    private readonly tokens;
    private readonly lease;
    private readonly apply;
    private readonly faults;
    private readonly clock;
    private cursor;
    private state;
    private openings;
    private failures;
    private lastError;
    private readonly closing;
    private running;
    /**
     * @param apply told of changes in their order; what it does is done when it returns
     * @param clock for tests
     */
    constructor(service: Service, tokens: OwnTokens, lease: NewsLease, apply: (changes: readonly Change[]) => void, faults: FaultLog, clock?: () => Moment);
    /** Where it is; undefined before it was first opened. */
    get position(): Cursor | undefined;
    get status(): StreamStatus;
    start(): void;
    close(): Promise<void>;
    private run;
    /** Opens the stream and hears it to its end. */
    private hear;
    private read;
    private opened;
    private failed;
}
