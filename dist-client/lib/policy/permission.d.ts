/**
 * A permission is a name with a description, and itself a condition: `@Protected(Finance.read)`.
 * Its name is also its OAuth scope (RFC 6749 §3.3).
 */
export interface Permission<Name extends string = string> {
    readonly type: 'permission';
    readonly name: Name;
    readonly description: string;
}
/** What a role may hold beside single permissions: everything (`*`), or all below an area (`finance:*`). */
export type PermissionPattern = '*' | `${string}:*`;
type PermissionsOf<Area extends string, Actions extends Record<string, string>> = {
    readonly [Action in keyof Actions & string]: Permission<`${Area}:${Action}`>;
};
/** The longest permission name; the column in the database is as wide. */
export declare const PERMISSION_NAME_LENGTH = 100;
/** Whether `name` is the name of one permission: two or more lower-case parts, `area:action`. No pattern is. */
export declare function isPermissionName(name: string): boolean;
/** Whether `text` is something a role may hold: a permission's name, `*`, or `area:*`. */
export declare function isPermissionPattern(text: string): boolean;
/**
 * Declares the permissions of one area. Nothing is registered by this: `AccessModule.forFeature` does that.
 *
 * @param area    lower-case words, joined by `:` where areas nest (`finance`, `finance:invoices`)
 * @param actions the action's name → what holding it allows, in words for the administrator
 * @throws TypeError when a name isn't lower case letters, digits and `-`, or is over 100 characters
 */
export declare function definePermissions<const Area extends string, const Actions extends Record<string, string>>(area: Area, actions: Actions): PermissionsOf<Area, Actions>;
export {};
