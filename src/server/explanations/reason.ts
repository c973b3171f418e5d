import type { GrantPath } from '../rbac/rbac-snapshot.js';

/** More ways, or roles, than these make a sentence that nobody reads. */
const MOST_SAID = 3;

/** What is known about one question. */
export interface Finding {
  /** Undefined: there is no such account. */
  readonly account: { readonly username: string; readonly isActive: boolean } | undefined;
  readonly permission: string;
  /** Whether there is a permission of this name. */
  readonly known: boolean;
  readonly held: boolean;
  readonly paths: readonly GrantPath[];
  /** Those that would give it. */
  readonly roles: readonly string[];
}

/** Says in a sentence why an account may do something, or why not: for support people, who know no code. */
export function reasonOf({ account, permission, known, held, paths, roles }: Finding): string {
  if (!account) return 'There is no account with this id.';
  const { username, isActive } = account;
  if (!known) return `There is no permission ${permission}.`;
  if (!isActive) {
    return `The account ${username} is switched off, so it may do nothing. ${held ? `Switched on, it would hold ${permission}.` : `Switched on, it wouldn’t hold ${permission} either.`}`;
  }
  if (held) return paths.length === 0 ? `Everybody who has an account holds ${permission}.` : sayPaths(username, paths);
  if (roles.length === 0) return `${username} doesn’t hold ${permission}, and no role grants it.`;
  const [what, would] = roles.length === 1 ? ['The role', 'would give it.'] : ['Each of the roles', 'would give it.'];
  return `${username} doesn’t hold ${permission}. ${what} ${enumerate(roles, 'other')} ${would}`;
}

function sayPaths(username: string, paths: readonly GrantPath[]): string {
  const said = paths
    .slice(0, MOST_SAID)
    .map(({ group, role, pattern }) =>
      group === null
        ? `has the role ${role}, which grants ${pattern}`
        : `is in the group ${group}, whose role ${role} grants ${pattern}`,
    );
  const more = paths.length - said.length;
  return `${username} ${said.join('; ')}${more > 0 ? `; and there are ${more} more ways` : ''}.`;
}

function enumerate(names: readonly string[], what: string): string {
  const said = names.slice(0, MOST_SAID);
  const more = names.length - said.length;
  if (more > 0) said.push(`${more} ${what}${more === 1 ? '' : 's'}`);
  return said.length === 1 ? said[0]! : `${said.slice(0, -1).join(', ')} and ${said.at(-1)}`;
}
