import { type CanActivate, type ExecutionContext } from '@nestjs/common';
import { type Principal } from '../policy/index.js';
import { type TokenCarrier, type TokenVerifier } from '../validity/index.js';
import { type AccessOptions } from './access-options.js';
import { CheckRunner } from './check-runner.js';
import { RouteInventory } from './route-inventory.js';
/** Where the guard finds its {@link TokenVerifier}. */
export declare const TOKEN_VERIFIER = "gatehouse:token-verifier";
/** A request that has passed the guard. */
export interface GuardedRequest extends TokenCarrier {
    readonly params?: unknown;
    user: Principal;
}
/**
 * The one guard in front of every route. It knows no paths: the rule belongs to the handler that was reached, so no
 * spelling of an address gets around it. A handler without a rule is refused.
 */
export declare class AccessGuard implements CanActivate {
    private readonly verifier;
    private readonly routes;
    private readonly checks;
    private readonly options;
    constructor(verifier: TokenVerifier, routes: RouteInventory, checks: CheckRunner, options: AccessOptions);
    canActivate(context: ExecutionContext): boolean | Promise<boolean>;
    /** Only where an application asks for it, and only what says nothing; a declaration that is wrong stays refused. */
    private isLeft;
    private admit;
    private decide;
    /** The headers are set here and not left to a filter: in other applications the filter isn't ours. */
    private refuse;
}
