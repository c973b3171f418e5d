import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';

let service: TestEnvironment;
let sql: (text: string, values?: unknown[]) => Promise<any[]>;

beforeAll(async () => {
  service = await createTestEnvironment();
  sql = (text, values) => service.database.query(text, values);
});
afterAll(() => service.close());

const account = (username: string) => `(SELECT id FROM gatehouse.accounts WHERE username = '${username}')`;

/** What the log says happened while `act` ran. */
async function changesOf(act: () => Promise<unknown>): Promise<string[]> {
  const [{ position }] = await sql('SELECT coalesce(max(position), 0) AS position FROM gatehouse.changes');
  await act();
  const rows = await sql('SELECT kind, subject FROM gatehouse.changes WHERE position > $1 ORDER BY position', [
    position,
  ]);
  return rows.map(({ kind, subject }) => (kind === 'all' ? kind : `${kind} ${subject === '' ? '' : 'x'}`.trim()));
}

describe('the change log', () => {
  it.each([
    ['an account disabled', `UPDATE gatehouse.accounts SET is_active = false WHERE username = 'maria'`, ['account x']],
    ['an account renamed', `UPDATE gatehouse.accounts SET username = 'mary' WHERE username = 'maria'`, ['account x']],
    ['a login noted', `UPDATE gatehouse.accounts SET last_login_at = now()`, []],
    [
      'a membership given',
      `INSERT INTO gatehouse.account_groups SELECT ${account('pat')}, id FROM gatehouse.groups WHERE name = 'hr'`,
      ['account x'],
    ],
    ['a membership taken', `DELETE FROM gatehouse.account_groups WHERE account_id = ${account('pat')}`, ['account x']],
    [
      'a role’s permission',
      `INSERT INTO gatehouse.role_permissions SELECT id, 'x:*' FROM gatehouse.roles WHERE name = 'hr'`,
      ['rbac x'],
    ],
    [
      'a group’s role',
      `DELETE FROM gatehouse.group_roles WHERE group_id = (SELECT id FROM gatehouse.groups WHERE name = 'hr')`,
      ['rbac x'],
    ],
    ['a role described', `UPDATE gatehouse.roles SET description = 'x'`, []],
    ['a client switched off', `UPDATE gatehouse.clients SET is_active = false`, ['client x']],
    ['a client on again', `UPDATE gatehouse.clients SET is_active = true`, ['client x']],
    ['a key retired', `UPDATE gatehouse.signing_keys SET retired_at = now()`, ['keys']],
    ['a key revoked', `UPDATE gatehouse.signing_keys SET state = 'revoked' WHERE state = 'next'`, ['keys x', 'keys']],
    ['a table emptied', `TRUNCATE gatehouse.account_roles`, ['all']],
  ])('says so: %s', async (_, statement, expected) => {
    expect(await changesOf(() => sql(statement))).toEqual(expected);
  });

  it('says nothing of a login, and the token when one is revoked', async () => {
    const token = { jti: '' };
    expect(
      await changesOf(async () => {
        const jwt = await service.login('frank');
        token.jti = JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString()).jti;
      }),
    ).toEqual([]);
    expect(
      await changesOf(() => sql(`UPDATE gatehouse.tokens SET revoked_at = now() WHERE jti = $1`, [token.jti])),
    ).toEqual(['token x']);
    expect(await changesOf(() => sql(`UPDATE gatehouse.tokens SET last_used_at = now()`))).toEqual([]);
  });

  it('sweeping what has expired is no news', async () => {
    await service.login('frank');
    const expired = `now() - interval '1 second'`;
    await sql(`UPDATE gatehouse.tokens SET expires_at = ${expired}`);
    await sql(`UPDATE gatehouse.sessions SET expires_at = ${expired}`);
    expect(await changesOf(() => sql('DELETE FROM gatehouse.sessions'))).toEqual([]);
  });

  it('says "all" once when a transaction changes very much, and again nothing for the rest of it', async () => {
    const many = `INSERT INTO gatehouse.accounts (username, username_key) SELECT 'p' || n, 'p' || n FROM generate_series(1, 3000) n`;
    expect(await changesOf(() => sql(many))).toEqual([]);
    const said = await changesOf(() =>
      sql(`UPDATE gatehouse.accounts SET epoch = epoch + 1 WHERE username LIKE 'p%' AND username <> 'pat'`),
    );
    expect(said.filter((one) => one === 'all')).toHaveLength(1);
    expect(said).toHaveLength(501);
    expect(
      await changesOf(() => sql(`UPDATE gatehouse.accounts SET epoch = epoch + 1 WHERE username = 'frank'`)),
    ).toEqual(['account x']);
  });

  it('counts nothing of what was rolled back to a savepoint', async () => {
    const change = `UPDATE gatehouse.accounts SET epoch = epoch + 1 WHERE username = 'frank'`;
    expect(
      await changesOf(() =>
        service.database.transaction(async (manager) => {
          await manager.query('SAVEPOINT one');
          await manager.query(`UPDATE gatehouse.accounts SET epoch = epoch + 1 WHERE username LIKE 'p%'`);
          await manager.query('ROLLBACK TO SAVEPOINT one');
          await manager.query(change);
        }),
      ),
    ).toEqual(['account x']);
  });
});

describe('what an update of each column says', () => {
  /** Changes nobody's rights, and no token's validity. Whatever isn't named here must be recorded. */
  const harmless: Record<string, string[]> = {
    accounts: [
      'last_login_at',
      'updated_at',
      'password_hash',
      'description',
      'email',
      'email_key',
      'is_verified',
      'pending_email',
      'name_key',
      'search_text',
    ],
    clients: ['name', 'updated_at'],
    sessions: ['last_used_at', 'address', 'agent', 'generation'],
    tokens: ['last_used_at', 'name', 'address', 'agent'],
    roles: ['description', 'managed', 'updated_at', 'withdrawn_at'],
    groups: ['description', 'updated_at'],
    permissions: ['description', 'managed', 'declared_by', 'withdrawn_at'],
    role_permissions: [],
    group_roles: [],
    account_groups: [],
    account_roles: [],
    signing_keys: [],
  };

  it.each(Object.entries(harmless))('%s', async (table, expected) => {
    const triggers = await sql(
      `SELECT pg_get_triggerdef(oid) AS definition FROM pg_trigger
        WHERE tgrelid = ('gatehouse.' || $1)::regclass AND tgfoid = 'gatehouse.change()'::regprocedure AND tgtype & 16 > 0`,
      [table],
    );
    expect(triggers).toHaveLength(1);
    const [, , ...ignored] = [
      ...triggers[0].definition.slice(triggers[0].definition.indexOf('gatehouse.change(')).matchAll(/'([^']*)'/g),
    ].map(([, argument]) => argument);
    expect(new Set(ignored)).toEqual(new Set(expected));
  });
});

describe('positions', () => {
  it('are in commit order: a transaction that wrote early and commits late isn’t passed over', async () => {
    const url = service.settings.databaseUrl!;
    const clients = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const client = new pg.Client({ connectionString: url });
        await client.connect();
        return client;
      }),
    );
    const reader = new pg.Client({ connectionString: url });
    await reader.connect();
    const { rows: start } = await reader.query(
      'SELECT coalesce(max(position), 0)::int AS position FROM gatehouse.changes',
    );
    let cursor: number = start[0].position;
    const seen: number[] = [];
    let writing = true;
    const reading = (async () => {
      // One more look after the last writer has ended.
      for (let last = false; !last;) {
        last = !writing;
        const { rows } = await reader.query(
          'SELECT position::int FROM gatehouse.changes WHERE position > $1 ORDER BY position',
          [cursor],
        );
        for (const { position } of rows) seen.push((cursor = position));
      }
    })();
    await Promise.all(
      clients.map(async (client, writer) => {
        for (let n = 0; n < 40; n++) {
          await client.query('BEGIN');
          await client.query(`SELECT gatehouse.record_change('token', $1)`, [`${writer}-${n}`]);
          // Held open for round trips of varying number, so that commits overtake each other.
          for (let trip = 0; trip < (writer * 7 + n) % 5; trip++) await client.query('SELECT 1');
          await client.query(n % 10 === 9 ? 'ROLLBACK' : 'COMMIT');
        }
      }),
    );
    writing = false;
    await reading;
    const [{ count }] = await sql('SELECT count(*)::int AS count FROM gatehouse.changes WHERE position > $1', [
      start[0].position,
    ]);
    expect(count).toBe(8 * 36);
    expect(seen).toHaveLength(count);
    await Promise.all([...clients, reader].map((client) => client.end()));
  });
});
