import type { EntityManager } from 'typeorm';
import { nameKey } from '../names/name-key.js';
import type { SourcePerson } from './source-person.js';

/** An account of another source, as it is. */
export interface ForeignAccount {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly name: string;
  readonly isActive: boolean;
  readonly offAtSource: boolean;
  readonly epoch: number;
  /** Of the groups that it is in. */
  readonly groupKeys: readonly string[];
}

/** What an account becomes by its source's word. */
export interface Kept {
  readonly username: string;
  readonly email: string | null;
  readonly name: string;
  readonly isActive: boolean;
  readonly offAtSource: boolean;
  /** The keys of the groups to join, and of those to leave. */
  readonly join: readonly string[];
  readonly leave: readonly string[];
}

/** What is taken by others, of what somebody would have. */
export interface Taken {
  readonly names: ReadonlySet<string>;
  readonly email: boolean;
}

/** Selects a {@link ForeignAccount} from `gatehouse.accounts`. */
export const FOREIGN_ACCOUNT = `accounts.id, username, email, accounts.name, is_active AS "isActive",
  off_at_source AS "offAtSource", epoch::float8 AS epoch,
  ARRAY(SELECT groups.name_key FROM gatehouse.account_groups JOIN gatehouse.groups ON groups.id = group_id
         WHERE account_id = accounts.id) AS "groupKeys"`;

/** The account of this identity; undefined if there is none. */
export async function findForeign(
  source: string,
  sourceId: string,
  manager: Pick<EntityManager, 'query'>,
): Promise<ForeignAccount | undefined> {
  const [account] = await manager.query<ForeignAccount[]>(
    `SELECT ${FOREIGN_ACCOUNT} FROM gatehouse.accounts WHERE source = $1 AND source_id = $2 AND kind = 'user'`,
    [source, sourceId],
  );
  return account;
}

/** Which names and mail address are other accounts' than this one's. */
export async function findTaken(
  { names, email, except }: { names: readonly string[]; email: string | null; except: string | undefined },
  manager: Pick<EntityManager, 'query'>,
): Promise<Taken> {
  const emailKey = email === null ? null : nameKey(email);
  const rows = await manager.query<{ name: string; email: string | null }[]>(
    `SELECT username_key AS name, email_key AS email FROM gatehouse.accounts
      WHERE (username_key = ANY ($1) OR email_key = $2) AND id IS DISTINCT FROM $3::uuid`,
    [names.map(nameKey), emailKey, except ?? null],
  );
  return {
    names: new Set(rows.map(({ name }) => name)),
    email: emailKey !== null && rows.some((row) => row.email === emailKey),
  };
}

/** What somebody may be called: as they are at the source, or with its name after that. */
export function namesFor({ username }: SourcePerson, source: string): string[] {
  return username === undefined ? [] : [username, `${username}.${source}`];
}

/**
 * What becomes of the account by the word of its source, which knows it (`person`) or doesn't any more (undefined).
 * Undefined: it can't have a name, so there is to be none.
 *
 * @param managed the keys of all groups that the source's rules name
 */
export function keep(
  account: ForeignAccount | undefined,
  person: SourcePerson | undefined,
  source: string,
  managed: ReadonlySet<string>,
  taken: Taken,
): Kept | undefined {
  const held = new Set(account?.groupKeys);
  if (!person) {
    if (!account) return undefined;
    const { username, email, name, isActive, offAtSource } = account;
    // Their groups stay, should they come back: what isn't active has no rights.
    return { username, email, name, isActive: false, offAtSource: offAtSource || isActive, join: [], leave: [] };
  }
  const free = namesFor(person, source).find((name) => !taken.names.has(nameKey(name)));
  const username = free ?? account?.username;
  if (username === undefined) return undefined;
  // Off by somebody here stays off, whatever the source says.
  const isOff = !person.isActive || (account !== undefined && !account.isActive && !account.offAtSource);
  return {
    username,
    email: taken.email ? null : person.email,
    name: person.name,
    isActive: !isOff,
    offAtSource: isOff && !person.isActive && (account?.isActive !== false || account.offAtSource),
    join: person.groupKeys.filter((key) => !held.has(key)),
    leave: [...held].filter((key) => managed.has(key) && !person.groupKeys.includes(key)),
  };
}

/** Whether anything is to be done. */
export function differs(account: ForeignAccount, kept: Kept): boolean {
  return (
    kept.join.length > 0 ||
    kept.leave.length > 0 ||
    (['username', 'email', 'name', 'isActive', 'offAtSource'] as const).some((key) => account[key] !== kept[key])
  );
}
