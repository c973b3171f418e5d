import type { Condition } from './condition.js';
/** A condition as plain JSON, for the `x-access` field of the OpenAPI document and for the snapshot of routes. */
export type AccessDescription = {
    permission: string;
} | {
    role: string;
} | {
    group: string;
} | {
    user: string;
} | {
    check: string;
} | {
    authenticated: true;
} | {
    anyOf: AccessDescription[];
} | {
    allOf: AccessDescription[];
};
/** Describes a condition in JSON that a program can read. */
export declare function describeAccess(condition: Condition): AccessDescription;
/** Says a condition in words: `finance:read and (role auditor or check NotOwnInvoice)`. */
export declare function sayCondition(condition: Condition): string;
