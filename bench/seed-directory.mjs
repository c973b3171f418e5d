// Fills a database with an organisation: people with names as people have them, groups, roles, and who is in what.
import { secondsSince } from '../scripts/run.mjs';

const FIRST = ['Anna', 'Ben', 'Chloé', 'Dmitri', 'Emília', 'Farid', 'Grete', 'Hugo', 'Ines', 'Jonas', 'Katrin', 'Luis'];
const LAST = ['Albers', 'Brandt', 'Costa', 'Dvořák', 'Eriksen', 'Fischer', 'García', 'Hofmann', 'Ivanova', 'Jensen'];

/** So many groups the one account is in that is asked about. */
const GROUPS_OF_ONE = 200;
const ROWS_AT_ONCE = 50_000;

/**
 * @param {import('pg').Client} db
 * @param {{ accounts: number, groups: number, roles: number }} size
 * @param {(text: string) => void} say
 * @returns the id of an account that is in 200 groups, and how long it took
 */
export async function seedDirectory(db, { accounts, groups, roles }, say) {
  const begun = performance.now();
  await db.query(
    `WITH role AS (
       INSERT INTO gatehouse.roles (name, name_key) SELECT 'org-role-' || n, 'org-role-' || n FROM generate_series(1, $1::int) AS n
       RETURNING id, substr(name, 10)::int AS n)
     INSERT INTO gatehouse.role_permissions (role_id, pattern)
     SELECT id, 'bench:p' || (n + 11 * i) % 60 FROM role, generate_series(0, 2) AS i`,
    [roles],
  );
  await db.query(
    `WITH team AS (
       INSERT INTO gatehouse.groups (name, name_key) SELECT 'org-team-' || n, 'org-team-' || n FROM generate_series(1, $1::int) AS n
       RETURNING id, substr(name, 10)::int AS n)
     INSERT INTO gatehouse.group_roles (group_id, role_id)
     SELECT team.id, roles.id FROM team, generate_series(0, 1) AS i
       JOIN gatehouse.roles ON true WHERE roles.name = 'org-role-' || (1 + (team.n + 7 * i) % $2::int)`,
    [groups, roles],
  );
  for (let from = 0; from < accounts; from += ROWS_AT_ONCE) {
    const to = Math.min(accounts, from + ROWS_AT_ONCE) - 1;
    await db.query(
      `WITH made AS (
         SELECT n, 'user-' || n AS username, ($3::text[])[1 + n % 12] || ' ' || ($4::text[])[1 + n / 12 % 10] || ' ' || n AS name
           FROM generate_series($1::int, $2::int) AS n)
       INSERT INTO gatehouse.accounts (username, username_key, name, name_key, email, email_key)
       SELECT username, username, name, lower(name), username || '@example.org', username || '@example.org' FROM made`,
      [from, to, FIRST, LAST],
    );
    await db.query(
      `INSERT INTO gatehouse.account_groups (account_id, group_id)
       SELECT accounts.id, teams.id
         FROM generate_series($1::int, $2::int) AS n JOIN gatehouse.accounts ON username_key = 'user-' || n
         JOIN gatehouse.groups AS teams ON teams.name_key = 'org-team-' || (1 + n % $3::int)`,
      [from, to, groups],
    );
    say(`${to + 1} of ${accounts} accounts after ${secondsSince(begun)}`);
  }
  const { rows } = await db.query(
    `WITH one AS (INSERT INTO gatehouse.accounts (username, username_key) VALUES ('in-many', 'in-many') RETURNING id),
          member AS (INSERT INTO gatehouse.account_groups (account_id, group_id)
                     SELECT one.id, teams.id FROM one, (
                       SELECT id FROM gatehouse.groups WHERE name LIKE 'org-team-%' ORDER BY name LIMIT ${GROUPS_OF_ONE}) AS teams)
     SELECT id FROM one`,
  );
  await db.query('VACUUM ANALYZE gatehouse.accounts');
  await db.query('ANALYZE gatehouse.account_groups, gatehouse.group_roles, gatehouse.role_permissions');
  return { inMany: rows[0].id, seconds: (performance.now() - begun) / 1_000 };
}
