import { type Condition, type Principal } from '../policy/index.js';
import { type TokenCarrier, type TokenVerifier } from '../validity/index.js';
import { type HttpAnswer } from './http-answer.js';
/** A request of Express, of Fastify, or of anything that has its headers as Node has them. */
export interface GuardedRequest extends TokenCarrier {
    readonly method?: string;
    readonly params?: unknown;
    user?: unknown;
}
/** What a route asks for: a condition, or `public`, where who comes is known and everybody passes. */
export type Rule = Condition | 'public';
/** Decides requests outside of Nest. Where everything is in memory it does so at once, without a promise. */
export declare class Admission {
    private readonly verifier;
    private readonly loginUrl;
    constructor(verifier: TokenVerifier, loginUrl: string | undefined);
    /**
     * Who makes the request: the anonymous principal without a token.
     *
     * @throws Refusal of 400, InvalidTokenError, ValidityUnknownError
     */
    identify(request: TokenCarrier): Principal | Promise<Principal>;
    /**
     * Lets a request pass, with its principal in `user`, or throws.
     *
     * @returns undefined where it is settled at once
     */
    admit(request: GuardedRequest, rule: Rule): undefined | Promise<undefined>;
    /** Whether the rule holds for somebody. Throws a Refusal where it doesn't. */
    require(principal: Principal, rule: Rule, request: {
        params?: unknown;
    }): undefined | Promise<undefined>;
    /**
     * The answer to a request that wasn't let in.
     *
     * @throws what isn't a refusal: the framework's own handling of errors is for that
     */
    answerTo(error: unknown, request: GuardedRequest): HttpAnswer;
    private pass;
    private check;
}
/**
 * What only a cast, or JavaScript, can bring here, and what needs Nest.
 *
 * @throws TypeError
 */
export declare function requireRule(rule: Rule): void;
