import type { EntityManager } from 'typeorm';
import { DomainError, type FieldError } from '../domain-error.js';
import { nameKey } from '../names/name-key.js';
import { setHeld } from './set-held.js';

/** Groups and roles by id. Undefined: they stay as they are. */
export interface WantedGrants {
  readonly groupIds: readonly string[] | undefined;
  readonly roleIds: readonly string[] | undefined;
}

/**
 * Finds groups and roles by their names, in any spelling that means the same.
 *
 * @throws DomainError `unprocessable` that names those that there aren't, and the fields
 */
export async function findGrants(
  { groups, roles }: { groups?: readonly string[] | undefined; roles?: readonly string[] | undefined },
  manager: EntityManager,
): Promise<WantedGrants> {
  const wanted = {
    groups: await findIds('groups', groups, manager),
    roles: await findIds('roles', roles, manager),
  };
  const errors = [...wanted.groups.errors, ...wanted.roles.errors];
  if (errors.length > 0) {
    throw new DomainError('unprocessable', errors.map(({ message }) => message).join(' '), { errors });
  }
  return { groupIds: wanted.groups.ids, roleIds: wanted.roles.ids };
}

async function findIds(
  table: 'groups' | 'roles',
  names: readonly string[] | undefined,
  manager: EntityManager,
): Promise<{ ids: string[] | undefined; errors: FieldError[] }> {
  if (!names) return { ids: undefined, errors: [] };
  const rows = await manager.query<{ id: string; key: string }[]>(
    `SELECT id, name_key AS key FROM gatehouse.${table} WHERE name_key = ANY ($1)`,
    [names.map(nameKey)],
  );
  const found = new Set(rows.map(({ key }) => key));
  const errors = names.flatMap((name, index) =>
    found.has(nameKey(name))
      ? []
      : [{ path: `${table}.${index}`, message: `There is no ${table.slice(0, -1)} ${name}.` }],
  );
  return { ids: rows.map(({ id }) => id), errors };
}

/** Makes these the groups and roles of the account. */
export async function setGrants(
  accountId: string,
  { groupIds, roleIds }: WantedGrants,
  manager: EntityManager,
): Promise<void> {
  if (groupIds) await setHeld('account_groups', accountId, groupIds, manager);
  if (roleIds) await setHeld('account_roles', accountId, roleIds, manager);
}
