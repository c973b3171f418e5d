import type { Permission, Role } from '../policy/index.js';

/** What an application declares: an area of permissions as `definePermissions` makes it, one of them, or a role. */
export type Declared = Permission | Role | Readonly<Record<string, Permission>>;

/** All of it, one by one. */
export function listDeclared(declared: readonly Declared[]): (Permission | Role)[] {
  return declared.flatMap((one) => (isSingle(one) ? [one] : Object.values(one)));
}

/** An area may have an action of that name, but that isn't a word. */
function isSingle(one: Declared): one is Permission | Role {
  return typeof one.type === 'string';
}
