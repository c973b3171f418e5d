import type { DataSource } from 'typeorm';
import { containing, readPage, type Page, type PageQuery } from '../http/page.js';
import type { ListedAccountDto } from './account.dto.js';
import { LISTED_ACCOUNT } from './account-view.js';
import { nameKey } from './name-key.js';

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
  if (q !== undefined && nameKey(q) !== '') conditions.push(['search_text LIKE ?', containing(nameKey(q))]);
  return readPage<ListedAccountDto>(
    database,
    {
      select: LISTED_ACCOUNT,
      from: 'gatehouse.accounts',
      where: conditions.map(([sql], index) => sql.replaceAll('?', `$${index + 1}`)),
      values: conditions.map(([, value]) => value),
      sorts: SORTS,
      id: 'id',
    },
    page,
  );
}
