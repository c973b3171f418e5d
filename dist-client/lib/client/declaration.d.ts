import type { Permission } from '../policy/index.js';
import type { FaultLog } from './fault-log.js';
import type { OwnTokens } from './own-tokens.js';
import type { Service } from './service.js';
/** The service doesn't take the application's permissions: a name is outside its prefixes, or another's. */
export declare class DeclarationError extends Error {
    readonly name = "DeclarationError";
}
/**
 * Declares the application's permissions at the service, so that administrators can put them into roles. Tried again
 * until it succeeds; the application serves meanwhile, and its new permissions are nobody's.
 */
export declare class Declaration {
    private readonly service;
    private readonly tokens;
    private readonly faults;
    private readonly closing;
    private declaring;
    private done;
    constructor(service: Service, tokens: OwnTokens, faults: FaultLog);
    /** Whether the service has taken them. */
    get isDone(): boolean;
    /**
     * Declares them; goes on trying behind the caller's back when the service can't be reached.
     *
     * @returns when the first attempt is over
     * @throws DeclarationError when the service refused them: trying again would change nothing
     */
    declare(permissions: readonly Permission[]): Promise<void>;
    close(): Promise<void>;
    private goOn;
    private attempt;
}
