import { FilterParser, OrFilter, type Entry, type Filter } from 'ldapts';
import { normalDn, ownNameOf } from './distinguished-name.js';
import { escapeFilterValue } from './escape.js';
import { valuesOf } from './ldap-entry.js';

/** Groups in groups in groups: further down nobody looks. */
const DEEPEST = 10;
/** Nobody is in more; whatever says so is broken. */
const MOST = 2_000;
/** So many are asked about in one search. */
const AT_ONCE = 50;

/** Searches below the base of the groups. */
export type GroupSearch = (filter: Filter) => Promise<readonly Entry[]>;

/** What a group can be called in a rule: by its distinguished name, and by its own name, where that can't be taken for one. */
export function groupNames(dn: string): string[] {
  const normal = normalDn(dn);
  const own = ownNameOf(dn);
  return [...(normal === undefined ? [] : [normal]), ...(own === undefined || own.includes('=') ? [] : [own])];
}

/** The names of the groups of which `memberOf` of an entry speaks. */
export function groupsInEntry(entry: Entry): string[] {
  return valuesOf(entry, 'memberOf').flatMap(groupNames);
}

/**
 * The names of the groups that somebody is in, and of those that these are in, if asked: level by level, each group once,
 * so that groups that are in each other end it.
 *
 * @throws Error, for more levels or groups than anybody has
 */
export async function searchGroups(
  { dn, username }: { readonly dn: string; readonly username: string },
  { filter, nested }: { readonly filter: string; readonly nested: boolean },
  search: GroupSearch,
): Promise<string[]> {
  const seen = new Set<string>();
  const names = new Set<string>();
  let level = await search(membershipFilter(filter, dn, username));
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > DEEPEST) throw new Error(`The groups of ${dn} are nested deeper than ${DEEPEST} levels.`);
    const found = level.filter((group) => !seen.has(keyOf(group.dn)));
    for (const group of found) {
      seen.add(keyOf(group.dn));
      for (const name of groupNames(group.dn)) names.add(name);
    }
    if (seen.size > MOST) throw new Error(`${dn} is in more than ${MOST} groups.`);
    level = nested ? await above(found, filter, search) : [];
  }
  return [...names];
}

async function above(groups: readonly Entry[], filter: string, search: GroupSearch): Promise<Entry[]> {
  const found: Entry[] = [];
  for (let begin = 0; begin < groups.length; begin += AT_ONCE) {
    const filters = groups.slice(begin, begin + AT_ONCE).map(({ dn }) => membershipFilter(filter, dn, dn));
    found.push(...(await search(new OrFilter({ filters }))));
  }
  return found;
}

/** Replaced by a function: in a text, `$&` would mean something. */
function membershipFilter(filter: string, dn: string, username: string): Filter {
  const values: Record<string, string> = { '{dn}': escapeFilterValue(dn), '{username}': escapeFilterValue(username) };
  return FilterParser.parseString(filter.replaceAll(/\{(?:dn|username)\}/g, (place) => values[place]!));
}

function keyOf(dn: string): string {
  return normalDn(dn) ?? dn;
}
