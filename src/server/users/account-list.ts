import type { DataSource } from 'typeorm';
import { containing, readPage, type Page, type PageQuery } from '../http/page.js';
import { nameKey } from '../names/name-key.js';
import type { ListedAccountDto } from './account.dto.js';
import { LISTED_ACCOUNT } from './account-view.js';

/** Each has an index: see the migration of the search. */
const SORTS = {
  username: { sql: 'username_key', type: 'text' },
  name: { sql: 'name_key', type: 'text' },
  email: { sql: `coalesce(email_key, '')`, type: 'text' },
  createdAt: { sql: 'created_at', type: 'timestamptz' },
  lastLoginAt: { sql: `coalesce(last_login_at, '-infinity')`, type: 'timestamptz' },
} as const;

const IN_GROUP = `id IN (
  SELECT account_id FROM gatehouse.account_groups JOIN gatehouse.groups ON groups.id = group_id WHERE groups.name_key = ?)`;

const HOLDS_ROLE = `id IN (
  SELECT account_id FROM gatehouse.account_roles JOIN gatehouse.roles ON roles.id = role_id WHERE roles.name_key = ?
   UNION
  SELECT account_id FROM gatehouse.account_groups JOIN gatehouse.group_roles USING (group_id)
    JOIN gatehouse.roles ON roles.id = role_id WHERE roles.name_key = ?)`;

/** Which accounts are wanted; all of what is given must hold. */
export interface AccountFilter {
  readonly kind: 'user' | 'service';
  /** Any part of the user name, name, mail address or id, in any spelling that means the same. */
  readonly q?: string | undefined;
  readonly group?: string | undefined;
  readonly role?: string | undefined;
  readonly isActive?: boolean | undefined;
}

/** A part of the list of accounts. */
export function readAccounts(
  database: DataSource,
  { kind, q, group, role, isActive }: AccountFilter,
  page: PageQuery,
): Promise<Page<ListedAccountDto>> {
  const conditions: [sql: string, value: unknown][] = [['kind = ?', kind]];
  if (isActive !== undefined) conditions.push(['is_active = ?', isActive]);
  if (group !== undefined) conditions.push([IN_GROUP, nameKey(group)]);
  if (role !== undefined) conditions.push([HOLDS_ROLE, nameKey(role)]);
  const where = conditions.map(([sql], index) => sql.replaceAll('?', `$${index + 1}`));
  const values = conditions.map(([, value]) => value);
  const searched = nameKey(q ?? '');
  const listing = { select: LISTED_ACCOUNT, from: 'gatehouse.accounts', where, values, sorts: SORTS, id: 'id' };
  if (searched === '') return readPage<ListedAccountDto>(database, listing, page);
  const search = `search_text LIKE $${values.length + 1}`;
  return readPage<ListedAccountDto>(database, { ...listing, values: [...values, containing(searched)], search }, page);
}
