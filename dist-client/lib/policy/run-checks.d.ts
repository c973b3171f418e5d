import type { AccessCheck, CheckClass, CheckCondition, Condition } from './condition.js';
import type { Remaining } from './decide.js';
import type { Principal } from './principal.js';
/** Answers the instance of a check class; undefined where there is none, which refuses. */
export type CheckInstances = (check: CheckClass<never>) => AccessCheck<never> | undefined;
/**
 * Whether what remains of a condition holds. Parameters are parsed before the first check runs.
 *
 * @throws Refusal 400 that names the parameter, when one isn't what its parser expects
 */
export declare function runChecks(remaining: Remaining, user: Principal, request: {
    params?: unknown;
}, instances: CheckInstances): Promise<boolean>;
/** All checks in a condition. */
export declare function checksOf(condition: Condition): CheckCondition[];
/** What a condition is made of, without what combines it. */
export declare function leavesOf(condition: Condition): Condition[];
