import type { EntityManager } from 'typeorm';
import { inBatches } from './import-comparison.js';

const PERMISSIONS = [
  `UPDATE gatehouse.permissions AS p SET description = i.description
     FROM pg_temp.import_permissions AS i WHERE i.name = p.name AND i.changed AND NOT i.is_new`,
  // What an application declares is declared by it here too, and stays its own to change.
  `INSERT INTO gatehouse.permissions (name, description, managed, declared_by)
   SELECT name, coalesce(description, ''), declared_by IS NOT NULL, declared_by FROM pg_temp.import_permissions WHERE is_new`,
];

const ROLES = [
  `INSERT INTO gatehouse.roles (id, name, name_key, description)
   SELECT id, name, name_key, coalesce(description, '') FROM pg_temp.import_roles WHERE is_new`,
  `UPDATE gatehouse.roles AS r SET description = coalesce(i.description, r.description), updated_at = now()
     FROM pg_temp.import_roles AS i WHERE i.id = r.id AND i.changed AND NOT i.is_new`,
  `DELETE FROM gatehouse.role_permissions USING pg_temp.import_roles AS i
    WHERE i.id = role_id AND i.changed AND pattern <> ALL (i.patterns)`,
  `INSERT INTO gatehouse.role_permissions (role_id, pattern)
   SELECT id, unnest(patterns) FROM pg_temp.import_roles WHERE changed ON CONFLICT DO NOTHING`,
];

const GROUPS = [
  `INSERT INTO gatehouse.groups (id, name, name_key, description)
   SELECT id, name, name_key, coalesce(description, '') FROM pg_temp.import_groups WHERE is_new`,
  `UPDATE gatehouse.groups AS g SET description = coalesce(i.description, g.description), updated_at = now()
     FROM pg_temp.import_groups AS i WHERE i.id = g.id AND i.changed AND NOT i.is_new`,
  `DELETE FROM gatehouse.group_roles USING pg_temp.import_groups AS i, gatehouse.roles
    WHERE i.id = group_id AND i.changed AND roles.id = role_id AND roles.name_key <> ALL (i.roles)`,
  `INSERT INTO gatehouse.group_roles (group_id, role_id)
   SELECT i.id, r.id FROM pg_temp.import_groups AS i JOIN gatehouse.roles AS r ON r.name_key = ANY (i.roles)
    WHERE i.changed ON CONFLICT DO NOTHING`,
];

/** As the service of accounts does it: another mail address is unverified, another password ends all logins. */
const UPDATE_ACCOUNTS = `
  UPDATE gatehouse.accounts AS a
     SET username = i.username, username_key = i.username_key, source_id = coalesce(i.source_id, a.source_id),
         email = CASE WHEN i.has_email THEN i.email ELSE a.email END,
         email_key = CASE WHEN i.has_email THEN i.email_key ELSE a.email_key END,
         name = coalesce(i.name, a.name), name_key = coalesce(i.name_key, a.name_key),
         description = coalesce(i.description, a.description), is_active = coalesce(i.is_active, a.is_active),
         off_at_source = a.off_at_source AND i.is_active IS NULL,
         is_verified = coalesce(i.is_verified, a.is_verified AND NOT (i.has_email AND i.email IS DISTINCT FROM a.email)),
         must_change_password = coalesce(i.must_change_password, a.must_change_password),
         password_hash = coalesce(i.password_hash, a.password_hash),
         epoch = a.epoch + (i.password_hash IS NOT NULL AND i.password_hash IS DISTINCT FROM a.password_hash)::integer,
         updated_at = now()
    FROM pg_temp.import_accounts AS i
   WHERE i.account_id = a.id AND i.changed AND NOT i.is_new AND i.seq >= $1 AND i.seq < $2`;

const INSERT_ACCOUNTS = `
  INSERT INTO gatehouse.accounts (id, kind, source, source_id, username, username_key, email, email_key, name, name_key, description,
    is_active, is_verified, must_change_password, password_hash)
  SELECT account_id, kind, source, source_id, username, username_key, email, email_key, coalesce(name, ''), coalesce(name_key, ''),
         coalesce(description, ''), coalesce(is_active, true), coalesce(is_verified, false),
         coalesce(must_change_password, false), password_hash
    FROM pg_temp.import_accounts WHERE is_new AND seq >= $1 AND seq < $2`;

const MEMBERSHIPS = [setMemberships('groups', 'group_id'), setMemberships('roles', 'role_id')].flat();

/** Makes the memberships of the accounts that change exactly those that are named. */
function setMemberships(table: 'groups' | 'roles', column: string): string[] {
  return [
    `DELETE FROM gatehouse.account_${table} AS held USING pg_temp.import_accounts AS i, gatehouse.${table} AS t
      WHERE i.account_id = held.account_id AND i.changed AND NOT i.is_new AND t.id = held.${column}
        AND t.name_key <> ALL (i.${table}) AND i.seq >= $1 AND i.seq < $2`,
    `INSERT INTO gatehouse.account_${table} (account_id, ${column})
     SELECT i.account_id, t.id
       FROM pg_temp.import_accounts AS i CROSS JOIN LATERAL unnest(i.${table}) AS key
       JOIN gatehouse.${table} AS t ON t.name_key = key
      WHERE i.changed AND i.seq >= $1 AND i.seq < $2 ON CONFLICT DO NOTHING`,
  ];
}

/**
 * Writes what changes, but for the clients.
 *
 * @param size how many accounts the document has
 * @param written told how many of them are done
 */
export async function write(size: number, manager: EntityManager, written: (done: number) => void): Promise<void> {
  for (const statement of [...PERMISSIONS, ...ROLES, ...GROUPS]) await manager.query(statement);
  // First all updates: one may give up the name that another account is to have.
  await inBatches(size, (from, to) => manager.query(UPDATE_ACCOUNTS, [from, to]));
  await inBatches(size, async (from, to) => {
    for (const statement of [INSERT_ACCOUNTS, ...MEMBERSHIPS]) await manager.query(statement, [from, to]);
    written(to);
  });
}
