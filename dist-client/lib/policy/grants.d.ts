import type { PermissionsInForce } from './principal.js';
/** A set of permission names and patterns, asked many times and changed never. */
export declare class Grants implements PermissionsInForce {
    private readonly names;
    /** `finance:` for `finance:*`. */
    private readonly prefixes;
    private readonly everything;
    /** @param patterns permission names, `area:*`, or `*`; anything else grants nothing */
    constructor(patterns: Iterable<string>);
    allows(permission: string): boolean;
}
/** What every one of the parts allows. */
export declare class Intersection implements PermissionsInForce {
    private readonly parts;
    constructor(parts: readonly PermissionsInForce[]);
    allows(permission: string): boolean;
}
/** The names among `known` that are allowed, in order: patterns expanded, as tokens and views show them. */
export declare function allowedNames(permissions: PermissionsInForce, known: Iterable<string>): string[];
