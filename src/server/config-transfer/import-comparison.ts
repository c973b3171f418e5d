import type { EntityManager } from 'typeorm';

/** Accounts that are compared or written by one statement: none takes long, so none runs into the limit. */
const ACCOUNTS_AT_ONCE = 5_000;

/** How an element of the document is taken for something that is there. */
export interface Matching {
  /** Also an account whose id the document doesn't name, when user name and source are the same. */
  readonly matchUsernames: boolean;
}

const OF_PERMISSIONS = `
  UPDATE pg_temp.import_permissions AS i
     SET is_new = false, changed = i.description IS NOT NULL AND i.description <> p.description AND i.declared_by IS NULL
    FROM gatehouse.permissions AS p WHERE p.name = i.name`;

const OF_ROLES = `
  UPDATE pg_temp.import_roles AS i
     SET is_new = false, id = r.id,
         changed = NOT i.managed AND (i.description IS NOT NULL AND i.description <> r.description
           OR i.patterns IS NOT NULL AND i.patterns <> ARRAY(
                SELECT pattern FROM gatehouse.role_permissions WHERE role_id = r.id ORDER BY pattern))
    FROM gatehouse.roles AS r WHERE r.name_key = i.name_key`;

const OF_GROUPS = `
  UPDATE pg_temp.import_groups AS i
     SET is_new = false, id = g.id,
         changed = i.description IS NOT NULL AND i.description <> g.description
           OR i.roles IS NOT NULL AND i.roles <> ARRAY(
                SELECT name_key FROM gatehouse.group_roles JOIN gatehouse.roles ON roles.id = role_id
                 WHERE group_id = g.id ORDER BY name_key)
    FROM gatehouse.groups AS g WHERE g.name_key = i.name_key`;

/** The identity of an account is (source, id), and never the name, unless the document or the caller says otherwise. */
const BY_ID = `
  UPDATE pg_temp.import_accounts AS i SET account_id = a.id, is_new = false
    FROM gatehouse.accounts AS a WHERE a.id = i.given_id AND i.seq >= $1 AND i.seq < $2`;

const BY_NAME = `
  UPDATE pg_temp.import_accounts AS i SET account_id = a.id, is_new = false
    FROM gatehouse.accounts AS a
   WHERE i.account_id IS NULL AND (i.given_id IS NULL OR $3::boolean)
     AND a.username_key = i.username_key AND a.source = i.source AND a.kind = i.kind AND i.seq >= $1 AND i.seq < $2`;

const NEW_IDS = `
  UPDATE pg_temp.import_accounts SET account_id = coalesce(given_id, gen_random_uuid())
   WHERE account_id IS NULL AND seq >= $1 AND seq < $2`;

const OF_ACCOUNTS = `
  UPDATE pg_temp.import_accounts AS i
     SET changed = (i.username, coalesce(i.source_id, a.source_id), CASE WHEN i.has_email THEN i.email ELSE a.email END, coalesce(i.name, a.name),
                    coalesce(i.description, a.description), coalesce(i.is_active, a.is_active),
                    coalesce(i.is_verified, a.is_verified), coalesce(i.must_change_password, a.must_change_password),
                    coalesce(i.password_hash, a.password_hash))
                   IS DISTINCT FROM
                   (a.username, a.source_id, a.email, a.name, a.description, a.is_active, a.is_verified, a.must_change_password,
                    a.password_hash)
           OR i.groups IS NOT NULL AND i.groups <> ARRAY(
                SELECT name_key FROM gatehouse.account_groups JOIN gatehouse.groups ON groups.id = group_id
                 WHERE account_id = a.id ORDER BY name_key)
           OR i.roles IS NOT NULL AND i.roles <> ARRAY(
                SELECT name_key FROM gatehouse.account_roles JOIN gatehouse.roles ON roles.id = role_id
                 WHERE account_id = a.id ORDER BY name_key)
    FROM gatehouse.accounts AS a
   WHERE a.id = i.account_id AND NOT i.is_new AND i.seq >= $1 AND i.seq < $2`;

/**
 * Finds out of every element what it is here, whether it is new, and whether it would change anything.
 *
 * @param size how many accounts the document has
 * @param compared told how many of them are done
 */
export async function compare(
  size: number,
  { matchUsernames }: Matching,
  manager: EntityManager,
  compared: (done: number) => void,
): Promise<void> {
  for (const one of [OF_PERMISSIONS, OF_ROLES, OF_GROUPS]) await manager.query(one);
  await inBatches(size, async (from, to) => {
    await manager.query(BY_ID, [from, to]);
    await manager.query(BY_NAME, [from, to, matchUsernames]);
    await manager.query(NEW_IDS, [from, to]);
    await manager.query(OF_ACCOUNTS, [from, to]);
    compared(to);
  });
  for (const table of ['permissions', 'roles', 'groups', 'accounts']) {
    await manager.query(`UPDATE pg_temp.import_${table} SET changed = true WHERE is_new`);
  }
  await manager.query('ANALYZE pg_temp.import_accounts');
}

/** From the first to the last account of the document. */
export async function inBatches(size: number, step: (from: number, to: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < size; from += ACCOUNTS_AT_ONCE) {
    await step(from, Math.min(size, from + ACCOUNTS_AT_ONCE));
  }
}
