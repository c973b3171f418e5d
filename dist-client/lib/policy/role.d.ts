import { type Permission, type PermissionPattern } from './permission.js';
/** The role of this name, wherever it was made. True for those who hold it. */
export interface RoleCondition<Name extends string = string> {
    readonly type: 'role';
    readonly name: Name;
}
/** A named set of permissions, declared in code. As a condition it is true for those who hold the role. */
export interface Role<Name extends string = string> extends RoleCondition<Name> {
    readonly description: string;
    /** Names and patterns that the role grants. */
    readonly permissions: readonly string[];
}
/**
 * Declares a role in code. `AccessModule.forFeature` makes it known, and the start writes it to the database, managed.
 *
 * @throws TypeError when the name isn't lower-case letters, digits and `-`, or a pattern is malformed
 */
export declare function defineRole<const Name extends string>(name: Name, permissions: readonly (Permission | PermissionPattern)[], description?: string): Role<Name>;
