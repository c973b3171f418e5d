import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { ROBOT, START } from './model.js';

/** The secret of the robot's client. */
export const ROBOT_SECRET = 'the secret of the robot';

/** Ids by table and name: `accounts ann`. */
export type Ids = Map<string, string>;

/** Makes a role with these permissions and patterns; answers its id. */
export async function addRole(manager: EntityManager, name: string, patterns: readonly string[]): Promise<string> {
  const [{ id }] = await manager.query<[{ id: string }]>(
    'INSERT INTO gatehouse.roles (name, name_key) VALUES ($1, $1) RETURNING id',
    [name],
  );
  await manager.query('INSERT INTO gatehouse.role_permissions SELECT $1, unnest($2::text[])', [id, patterns]);
  return id;
}

/** Two lists side by side, for `unnest`: each name with each of its values. */
function pairs(values: Readonly<Record<string, readonly string[]>>): [names: string[], values: string[]] {
  const all = Object.entries(values).flatMap(([name, list]) => list.map((value) => [name, value] as const));
  return [all.map(([name]) => name), all.map(([, value]) => value)];
}

/** Makes everybody and everything that a sequence begins with anew; people have frank's password. */
export async function seed(manager: EntityManager): Promise<Ids> {
  const { roles, groups, accounts, clients } = START;
  const [accountNames, roleNames, groupNames] = [accounts, roles, groups].map((named) => Object.keys(named));
  // With the accounts go their tokens and the robot's client.
  await manager.query('DELETE FROM gatehouse.accounts WHERE username = ANY ($1)', [accountNames]);
  await manager.query('DELETE FROM gatehouse.roles WHERE name = ANY ($1)', [roleNames]);
  await manager.query('DELETE FROM gatehouse.groups WHERE name = ANY ($1)', [groupNames]);
  await manager.query(`DELETE FROM gatehouse.clients WHERE client_id = 'kiosk'`);
  // Each rotation leaves one behind, and an instance that reads the keys reads them all.
  await manager.query(`DELETE FROM gatehouse.signing_keys WHERE state IN ('retired', 'revoked')`);

  const byName = 'SELECT name, name FROM unnest($1::text[]) AS name';
  await manager.query(`INSERT INTO gatehouse.roles (name, name_key) ${byName}`, [roleNames]);
  await manager.query(`INSERT INTO gatehouse.groups (name, name_key) ${byName}`, [groupNames]);
  await manager.query(
    `INSERT INTO gatehouse.accounts (username, username_key, kind, password_hash)
     SELECT made, made, CASE WHEN made = $2 THEN 'service' ELSE 'user' END, CASE WHEN made <> $2 THEN password_hash END
       FROM unnest($1::text[]) AS made, gatehouse.accounts WHERE username = 'frank'`,
    [accountNames, ROBOT],
  );
  await manager.query(
    `INSERT INTO gatehouse.role_permissions
     SELECT id, pattern FROM unnest($1::text[], $2::text[]) AS pair (role, pattern) JOIN gatehouse.roles ON name = role`,
    pairs(roles),
  );
  await manager.query(
    `INSERT INTO gatehouse.group_roles SELECT groups.id, roles.id FROM unnest($1::text[], $2::text[]) AS pair (grp, role)
       JOIN gatehouse.groups ON groups.name = grp JOIN gatehouse.roles ON roles.name = role`,
    pairs(groups),
  );
  for (const [table, column] of [
    ['group', 'groups'],
    ['role', 'roles'],
  ] as const) {
    const held = Object.entries(accounts).map(([name, account]) => [name, account[column]] as const);
    await manager.query(
      `INSERT INTO gatehouse.account_${column} SELECT accounts.id, ${column}.id
         FROM unnest($1::text[], $2::text[]) AS pair (account, ${table}_name)
         JOIN gatehouse.accounts ON username = account JOIN gatehouse.${column} ON ${column}.name = ${table}_name`,
      pairs(Object.fromEntries(held)),
    );
  }
  await manager.query(
    `INSERT INTO gatehouse.clients (client_id, name, confidential, grants, scopes, account_id)
     SELECT 'kiosk', '', false, '{password,refresh_token}'::text[], $2::text[], NULL
     UNION ALL SELECT $1, '', true, '{client_credentials}', NULL, id FROM gatehouse.accounts WHERE username = $1`,
    [ROBOT, clients.kiosk],
  );
  await manager.query('INSERT INTO gatehouse.client_secrets (client_id, hash) VALUES ($1, $2)', [
    ROBOT,
    createHash('sha256').update(ROBOT_SECRET).digest(),
  ]);
  const rows = await manager.query<{ key: string; id: string }[]>(
    `SELECT 'accounts ' || username AS key, id FROM gatehouse.accounts
     UNION ALL SELECT 'roles ' || name, id FROM gatehouse.roles UNION ALL SELECT 'groups ' || name, id FROM gatehouse.groups`,
  );
  return new Map(rows.map(({ key, id }) => [key, id]));
}
