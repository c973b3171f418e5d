import type { EntityManager } from 'typeorm';

/** Who holds what: the column of the holder, that of what is held, and its type. */
const TABLES = {
  account_groups: ['account_id', 'group_id', 'uuid'],
  account_roles: ['account_id', 'role_id', 'uuid'],
  group_roles: ['group_id', 'role_id', 'uuid'],
  role_permissions: ['role_id', 'pattern', 'text'],
} as const;

/** Makes these what the account, group or role holds. Touches only what differs, so that nothing is dropped for nothing. */
export async function setHeld(
  table: keyof typeof TABLES,
  id: string,
  wanted: readonly string[],
  manager: EntityManager,
): Promise<void> {
  const [holder, held, type] = TABLES[table];
  const values = [id, wanted];
  await manager.query(`DELETE FROM gatehouse.${table} WHERE ${holder} = $1 AND ${held} <> ALL ($2::${type}[])`, values);
  await manager.query(
    `INSERT INTO gatehouse.${table} (${holder}, ${held}) SELECT $1::uuid, unnest($2::${type}[]) ON CONFLICT DO NOTHING`,
    values,
  );
}
