import type { EntityManager } from 'typeorm';
import { DomainError } from '../domain-error.js';
import { nameKey } from '../users/name-key.js';

/** Groups and roles by id. Undefined: they stay as they are. */
export interface WantedGrants {
  readonly groupIds: readonly string[] | undefined;
  readonly roleIds: readonly string[] | undefined;
}

/**
 * Finds groups and roles by their names, in any spelling that means the same.
 *
 * @throws DomainError `unprocessable` that names those that there aren't
 */
export async function findGrants(
  { groups, roles }: { groups?: readonly string[] | undefined; roles?: readonly string[] | undefined },
  manager: EntityManager,
): Promise<WantedGrants> {
  return {
    groupIds: groups && (await findIds('groups', groups, manager)),
    roleIds: roles && (await findIds('roles', roles, manager)),
  };
}

async function findIds(table: 'groups' | 'roles', names: readonly string[], manager: EntityManager): Promise<string[]> {
  const rows = await manager.query<{ id: string; key: string }[]>(
    `SELECT id, name_key AS key FROM gatehouse.${table} WHERE name_key = ANY ($1)`,
    [names.map(nameKey)],
  );
  const unknown = names.filter((name) => !rows.some(({ key }) => key === nameKey(name)));
  if (unknown.length > 0) {
    throw new DomainError('unprocessable', `There is no ${table.slice(0, -1)} ${unknown.join(', ')}.`);
  }
  return rows.map(({ id }) => id);
}

/**
 * What the account would hold through groups and roles that it isn't in yet, as names and patterns.
 *
 * @param accountId null for an account that is still to be made
 */
export async function addedPatterns(
  accountId: string | null,
  { groupIds = [], roleIds = [] }: WantedGrants,
  manager: EntityManager,
): Promise<string[]> {
  const rows = await manager.query<{ pattern: string }[]>(
    `WITH added AS (
       SELECT role_id FROM gatehouse.group_roles WHERE group_id = ANY ($2::uuid[])
          AND group_id NOT IN (SELECT group_id FROM gatehouse.account_groups WHERE account_id = $1)
       UNION SELECT unnest($3::uuid[]) EXCEPT SELECT role_id FROM gatehouse.account_roles WHERE account_id = $1)
     SELECT DISTINCT pattern FROM gatehouse.role_permissions WHERE role_id IN (SELECT role_id FROM added)`,
    [accountId, groupIds, roleIds],
  );
  return rows.map(({ pattern }) => pattern);
}

/** Makes these the groups and roles of the account. */
export async function setGrants(
  accountId: string,
  { groupIds, roleIds }: WantedGrants,
  manager: EntityManager,
): Promise<void> {
  if (groupIds) await setIds('account_groups', 'group_id', accountId, groupIds, manager);
  if (roleIds) await setIds('account_roles', 'role_id', accountId, roleIds, manager);
}

/** Touches only what differs, so that nothing is dropped for nothing. */
async function setIds(
  table: string,
  column: string,
  accountId: string,
  ids: readonly string[],
  manager: EntityManager,
): Promise<void> {
  const values = [accountId, ids];
  await manager.query(
    `DELETE FROM gatehouse.${table} WHERE account_id = $1 AND NOT (${column} = ANY ($2::uuid[]))`,
    values,
  );
  await manager.query(
    `INSERT INTO gatehouse.${table} (account_id, ${column}) SELECT $1::uuid, unnest($2::uuid[]) ON CONFLICT DO NOTHING`,
    values,
  );
}
