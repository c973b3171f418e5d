import type { FaultLog } from './fault-log.js';
import type { Service } from './service.js';
/** What a token of the application itself is wanted for. */
export interface TokenWish {
    /** Permissions to narrow it to; all that the service account holds when left out. */
    readonly scope?: string;
    /** The audience that it is for (RFC 8707); the application's own when left out. */
    readonly resource?: string;
}
/** Access tokens of the application itself, by the client credentials grant (RFC 6749 §4.4): kept, and renewed in time. */
export declare class OwnTokens {
    private readonly service;
    private readonly faults;
    private readonly held;
    private readonly asking;
    constructor(service: Service, faults: FaultLog);
    /**
     * A token that is good for a while still. Many who ask at once share one question.
     *
     * @throws ServiceError
     */
    get(wish?: TokenWish): Promise<string>;
    /** Forgets all of them: one was refused. */
    forget(): void;
    private ask;
    private sayFault;
}
