import type { Principal } from '../policy/index.js';
import { type Change, type Decisions, type TokenVerifier } from '../validity/index.js';
import type { DirectIntrospection } from './direct-introspection.js';
import type { IntrospectedTokenSource } from './introspected.token-source.js';
import type { NewsLease } from './news-lease.js';
import type { UnreachableMode } from './when-unreachable.js';
/** How often tokens were decided, and how, since the start. */
export interface ClientDecisions extends Decisions {
    /** While no news arrived: by a question of their own, or its answer of less than 250 ms ago. */
    introspected: number;
    /** While no news arrived: let in because they had been known before, as `accept-for` says. */
    accepted: number;
}
/** Verifies tokens by what is held while the news are fresh, and as the mode says while they aren't. */
export declare class ApplicationVerifier implements TokenVerifier {
    private readonly clientId;
    private readonly source;
    private readonly direct;
    private readonly lease;
    private readonly mode;
    private readonly cache;
    private readonly own;
    /** @param clientId this application's own client, on which hangs what it may be told */
    constructor(clientId: string, source: IntrospectedTokenSource, direct: DirectIntrospection, lease: NewsLease, mode: UnreachableMode, cacheBytes: number);
    get held(): {
        tokens: number;
        bytes: number;
    };
    get decisions(): ClientDecisions;
    verify(token: string): Principal | Promise<Principal>;
    /** Forgets what the news make doubtful. */
    apply(changes: readonly Change[]): void;
    /** The lease may have lapsed during a load; then it is as if it had been asked for now. */
    private afterLoad;
    private verifyLapsed;
    private countedBy;
    private counted;
}
