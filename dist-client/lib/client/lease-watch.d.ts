import type { GatehouseLogger } from './logger.js';
import type { NewsLease } from './news-lease.js';
import type { UnreachableMode } from './when-unreachable.js';
/** Says once when the lease lapses, and once when it is back. */
export declare class LeaseWatch {
    private readonly lease;
    private readonly mode;
    private readonly logger;
    private readonly reason;
    private readonly timer;
    private looks;
    private wasFresh;
    constructor(lease: NewsLease, mode: UnreachableMode, logger: GatehouseLogger, reason: () => string | undefined);
    stop(): void;
    private look;
}
