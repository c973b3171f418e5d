import type { Condition } from './condition.js';
/** One way to satisfy a condition: these permissions, and perhaps more that no scope can name. */
export interface Alternative {
    readonly permissions: readonly string[];
    /** False when a role, group or user is needed too, which no scope can give. */
    readonly byPermissions: boolean;
    /** True when a check has the last word. */
    readonly checked: boolean;
}
/** The ways to satisfy a condition, in the order in which they are written. */
export declare function alternativesOf(condition: Condition): readonly Alternative[];
/**
 * The scope that a 403 names (RFC 6750 §3): the first alternative made of permissions alone, else none.
 *
 * @param checksRan whether checks had a say in the refusal. Where none ran, an alternative that ends in a check is as
 *                  good as one without: what was missing are its permissions.
 */
export declare function requiredScope(condition: Condition, checksRan: boolean): string | undefined;
