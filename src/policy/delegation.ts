import type { PermissionsInForce } from './principal.js';

/**
 * Something that can be held: a permission's name or a pattern, or a role, group or user name that a rule of a route asks
 * for (see {@link rolePower}).
 */
export type Power = string;

/** What somebody may hand on. */
export interface Rights {
  allows(power: Power): boolean;
}

// No permission has a space in its name.
const ROLE = 'role ';
const GROUP = 'group ';
const USER = 'user ';

/** Holding a role that a route asks for by name (`@Protected(role('notary'))`) opens doors, whatever the role grants. */
export function rolePower(name: string): Power {
  return ROLE + name;
}

/** As {@link rolePower}, for `group('…')`. */
export function groupPower(name: string): Power {
  return GROUP + name;
}

/** As {@link rolePower}, for `user('…')`: an account of that name opens the door, made anew as well. */
export function userPower(name: string): Power {
  return USER + name;
}

/** Who somebody is, beside what they hold. */
export interface Standing {
  readonly permissions: PermissionsInForce;
  readonly groups: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
  /** A narrowed token gives nothing by role, group or name, as in the rules of routes. */
  readonly isNarrowed: boolean;
}

/** What somebody of this standing may hand on: what is in force for them, and nothing else. */
export function rightsOf({ permissions, groups, roles, isNarrowed }: Standing): Rights {
  const holds = (power: Power): boolean => {
    if (isNarrowed) return false;
    if (power.startsWith(ROLE)) return roles.has(power.slice(ROLE.length));
    if (power.startsWith(GROUP)) return groups.has(power.slice(GROUP.length));
    return false;
  };
  return {
    allows: (power) => permissions.allows('*') || (power.includes(' ') ? holds(power) : permissions.allows(power)),
  };
}

/** For the operator at the console of the service, who owns its database anyway. */
export const EVERYTHING: Rights = Object.freeze({ allows: () => true });

/** An account, a role or a group that changes: what it grants before and after. Nothing, while it isn't there. */
export interface GrantChange {
  readonly before: Iterable<Power>;
  readonly after: Iterable<Power>;
}

/**
 * The one rule that leaves no way up: **nobody changes what is mightier than they are, nor makes anything so.** It holds
 * for every account, role and group that a change touches, so that it needs no list of ways; and it holds for what lets
 * somebody act as another, too: a password, a secret, a token made for them.
 *
 * @returns what stands in the way, sorted; nothing when the change is admitted
 */
export function beyond(rights: Rights, { before, after }: GrantChange): Power[] {
  const powers = new Set([...before, ...after]);
  return [...powers].filter((power) => !rights.allows(power)).toSorted();
}
