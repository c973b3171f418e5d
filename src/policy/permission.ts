import { isLine } from './line.js';

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

const AREA = /^[a-z][a-z0-9-]*(:[a-z][a-z0-9-]*)*$/;
const ACTION = /^[a-z][a-z0-9-]*$/;

/** The longest permission name; the column in the database is as wide. */
export const PERMISSION_NAME_LENGTH = 100;

/** The longest description of a permission. */
export const PERMISSION_DESCRIPTION_LENGTH = 300;

/** Whether `name` is the name of one permission: two or more lower-case parts, `area:action`. No pattern is. */
export function isPermissionName(name: string): boolean {
  return name.length <= PERMISSION_NAME_LENGTH && name.includes(':') && AREA.test(name);
}

/** Whether `text` is something a role may hold: a permission's name, `*`, or `area:*`. */
export function isPermissionPattern(text: string): boolean {
  if (text === '*') return true;
  if (text.endsWith(':*')) return text.length <= PERMISSION_NAME_LENGTH && AREA.test(text.slice(0, -2));
  return isPermissionName(text);
}

/**
 * Declares the permissions of one area. Nothing is registered by this: `AccessModule.forFeature` does that.
 *
 * @param area    lower-case words, joined by `:` where areas nest (`finance`, `finance:invoices`)
 * @param actions the action's name → what holding it allows, in words for the administrator
 * @throws TypeError when a name isn't lower case letters, digits and `-`, or is over 100 characters; when a description
 *   isn't a line of 300 characters at most
 */
export function definePermissions<const Area extends string, const Actions extends Record<string, string>>(
  area: Area,
  actions: Actions,
): PermissionsOf<Area, Actions> {
  if (!AREA.test(area)) {
    throw new TypeError(`The area "${area}" must be lower-case words (letters, digits, "-"), joined by ":".`);
  }
  const permissions: Record<string, Permission> = {};
  for (const [action, description] of Object.entries(actions)) {
    const name = `${area}:${action}`;
    if (!ACTION.test(action) || name.length > PERMISSION_NAME_LENGTH) {
      throw new TypeError(
        `The permission "${name}" must end in lower-case letters, digits or "-", and have at most ${PERMISSION_NAME_LENGTH} characters.`,
      );
    }
    if (!isLine(description, PERMISSION_DESCRIPTION_LENGTH)) {
      throw new TypeError(
        `The description of the permission "${name}" must be one line, of at most ${PERMISSION_DESCRIPTION_LENGTH} characters.`,
      );
    }
    permissions[action] = Object.freeze({ type: 'permission', name, description });
  }
  return Object.freeze(permissions) as PermissionsOf<Area, Actions>;
}
