import type { Condition } from './condition.js';
/** The members of a problem details object (RFC 9457 §3.1), with extensions. */
export interface Problem {
    readonly type?: string;
    readonly title: string;
    readonly status: number;
    readonly detail: string;
    readonly errors?: readonly {
        readonly path: string;
        readonly message: string;
    }[];
}
/** A request that isn't let in, with everything that its answer says: problem details, and the headers beside them. */
export declare class Refusal extends Error {
    readonly problem: Problem;
    readonly headers: Readonly<Record<string, string>>;
    readonly name = "Refusal";
    constructor(problem: Problem, headers?: Readonly<Record<string, string>>, options?: ErrorOptions);
    /** The HTTP status of the answer: 400, 401, 403 or 503. */
    get status(): number;
}
/** RFC 6750 §3: no credentials get a challenge without an error code. */
export declare function credentialsMissing(): Refusal;
/** RFC 6750 §3.1: the reason stays in the log. */
export declare function tokenInvalid(cause: unknown): Refusal;
/** RFC 6750 §3.1, naming the scope that would help, if one would. */
export declare function permissionMissing(condition: Condition, checksRan: boolean): Refusal;
/** Nothing can be said of the token now; saying 401 would make clients throw a good one away. */
export declare function validityUnknown(cause: unknown): Refusal;
/** RFC 6750 §3.1 `invalid_request`: a token where none may be, or in two places. */
export declare function requestMalformed(detail: string): Refusal;
