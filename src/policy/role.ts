import { isLine } from './line.js';
import { isPermissionPattern, type Permission, type PermissionPattern } from './permission.js';

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

/** The longest description of a role. */
export const ROLE_DESCRIPTION_LENGTH = 1_000;

const NAME = /^[a-z][a-z0-9-]{0,99}$/;

/**
 * Declares a role in code. `AccessModule.forFeature` makes it known, and the start writes it to the database, managed.
 *
 * @throws TypeError when the name isn't lower-case letters, digits and `-`, a pattern is malformed, or the description
 *   isn't a line of 1,000 characters at most
 */
export function defineRole<const Name extends string>(
  name: Name,
  permissions: readonly (Permission | PermissionPattern)[],
  description = '',
): Role<Name> {
  if (!NAME.test(name)) {
    throw new TypeError(`The role "${name}" must be lower-case letters, digits and "-", at most 100 characters.`);
  }
  const patterns = permissions.map((permission) => (typeof permission === 'string' ? permission : permission.name));
  const malformed = patterns.find((pattern) => !isPermissionPattern(pattern));
  if (malformed !== undefined) {
    throw new TypeError(`The role "${name}" holds "${malformed}", which is neither a permission, "*", nor "area:*".`);
  }
  if (!isLine(description, ROLE_DESCRIPTION_LENGTH)) {
    throw new TypeError(
      `The description of the role "${name}" must be one line, of at most ${ROLE_DESCRIPTION_LENGTH} characters.`,
    );
  }
  return Object.freeze({ type: 'role', name, description, permissions: Object.freeze(patterns) });
}
