import type { TestEnvironment } from './environment.js';

/** Makes a role that holds these names and patterns, and gives it to an account. */
export async function giveRole(
  service: Pick<TestEnvironment, 'change'>,
  username: string,
  role: string,
  patterns: readonly string[],
): Promise<void> {
  await service.change(
    `WITH role AS (INSERT INTO gatehouse.roles (name, name_key) VALUES ($2, $2) RETURNING id),
          holds AS (INSERT INTO gatehouse.role_permissions (role_id, pattern) SELECT id, unnest($3::text[]) FROM role)
     INSERT INTO gatehouse.account_roles (account_id, role_id)
     SELECT accounts.id, role.id FROM gatehouse.accounts, role WHERE username = $1`,
    [username, role, patterns],
  );
}
