import type { AllOf, AnyOf, CheckCondition, Condition } from './condition.js';
import type { Principal } from './principal.js';
/** What is left of a condition when everything that the principal alone decides has been decided. */
export type Remaining = CheckCondition | AnyOf<readonly [Remaining, ...Remaining[]]> | AllOf<readonly [Remaining, ...Remaining[]]>;
/** The outcome: settled, or the checks that remain to be run. */
export type Decision = 'allow' | 'deny' | Remaining;
/**
 * Decides a condition for a principal. Pure and synchronous; allocates only where checks remain.
 *
 * Deny by default: the anonymous principal is denied everything. For a narrowed token, conditions on role, group and
 * user are false, since its scope names permissions only.
 */
export declare function decide(condition: Condition, principal: Principal): Decision;
