import { type Principal } from '../policy/index.js';
import { type LoadedToken } from '../validity/index.js';
import { type Cursor } from './cursor.js';
import type { FaultLog } from './fault-log.js';
import type { Service } from './service.js';
import type { SignedClaims } from './signed-claims.js';
/** A token that is alive, with who comes with it, and the place in the news at which that holds. */
export interface IntrospectedToken extends LoadedToken {
    readonly principal: Principal;
    readonly asOf: Cursor | undefined;
}
/** Asks the service what a token is good for now (RFC 7662). */
export declare class Introspection {
    private readonly service;
    private readonly faults;
    private free;
    private readonly waiting;
    constructor(service: Service, faults: FaultLog);
    /**
     * One question and its answer.
     *
     * @param position what is known here already: an instance that is behind it catches up first
     * @param patience milliseconds
     * @throws InvalidTokenError when the token is dead or unknown there; ValidityUnknownError when nothing was answered
     */
    ask(token: string, { kid, jti, sub, exp }: SignedClaims, position: Cursor | undefined, patience?: number): Promise<IntrospectedToken>;
    private answerTo;
    private turn;
    private sayFault;
}
