import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';

/** What one transaction makes and another couldn't leave half made: statements that find nothing in a sound database. */
const UNSOUND = {
  'a confidential client without a secret': `
    SELECT FROM gatehouse.clients WHERE confidential AND NOT built_in AND account_id IS NULL
       AND NOT EXISTS (SELECT FROM gatehouse.client_secrets WHERE client_secrets.client_id = clients.client_id)`,
  'a service account’s client that may log in, without a secret': `
    SELECT FROM gatehouse.clients WHERE account_id IS NOT NULL AND grants <> '{}'
       AND NOT EXISTS (SELECT FROM gatehouse.client_secrets WHERE client_secrets.client_id = clients.client_id)`,
  'a login without a token': `
    SELECT FROM gatehouse.sessions
     WHERE NOT EXISTS (SELECT FROM gatehouse.tokens WHERE tokens.session_id = sessions.id AND kind = 'access')`,
  'a rotated refresh token without a successor': `
    SELECT FROM gatehouse.tokens AS used JOIN gatehouse.sessions ON sessions.id = used.session_id
     WHERE superseded_at IS NOT NULL AND NOT EXISTS (
       SELECT FROM gatehouse.tokens AS next WHERE next.session_id = used.session_id AND next.generation = used.generation + 1)`,
  'a signing key missing': `
    SELECT WHERE (SELECT count(*) FROM gatehouse.signing_keys WHERE state IN ('active', 'next')) <> 2`,
  'an administrator missing': `
    SELECT WHERE NOT EXISTS (
      SELECT FROM gatehouse.accounts JOIN gatehouse.account_groups ON account_id = accounts.id
        JOIN gatehouse.groups ON groups.id = group_id WHERE username = 'admin' AND groups.name = 'administrators')`,
};

/** What is half done in the database of these settings. No service may run on it if it is embedded. */
export async function unsound(env: Readonly<Record<string, string>>): Promise<string[]> {
  const url = env['DATABASE_URL'];
  const found: string[] = [];
  if (url) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    for (const [what, sql] of Object.entries(UNSOUND)) if ((await client.query(sql)).rowCount) found.push(what);
    await client.end();
  } else {
    const database = await PGlite.create(join(env['DATA_DIR']!, 'postgres'));
    for (const [what, sql] of Object.entries(UNSOUND))
      if ((await database.query(sql)).rows.length > 0) found.push(what);
    await database.close();
  }
  return found;
}
