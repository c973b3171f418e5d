// Fills a database that the service has made: people with live tokens, a client that asks, logins to refresh, an account
// that holds much. Tokens are copies of one that the service issued, signed by its own code with its own key.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import bcrypt from 'bcrypt';
import { ask, start } from './processes.mjs';

/** Everybody's password. */
export const PASSWORD = 'correct horse battery staple';

const PEOPLE = 1_000;
const BATCH = 5_000;

/** More changes in one transaction make the service forget everything at once. */
const REVOKED_AT_ONCE = 400;

/** Makes people who are in the group "finance" and have {@link PASSWORD}, hashed at this cost; answers ids and user names. */
export async function seedPeople(db, cost) {
  const names = Array.from({ length: PEOPLE }, (_, index) => `person-${index}`);
  const { rows } = await db.query(
    `INSERT INTO gatehouse.accounts (username, username_key, password_hash)
     SELECT name, name, $2 FROM unnest($1::text[]) AS name RETURNING id, username`,
    [names, await bcrypt.hash(PASSWORD, cost)],
  );
  await db.query(
    `INSERT INTO gatehouse.account_groups (account_id, group_id)
     SELECT accounts.id, groups.id FROM gatehouse.accounts, gatehouse.groups
      WHERE username = ANY ($1) AND groups.name = 'finance'`,
    [names],
  );
  return rows;
}

/** Enters so many tokens in the registry, each of a login of its own, and answers them with their ids. */
export async function seedTokens(db, { service, people, count, audience }) {
  const issued = await issuedClaims(service, people[0].username);
  const claims = { ...issued, aud: audience ?? issued.aud };
  const subjects = Array.from({ length: count }, (_, index) => {
    const { id: sub, username } = people[index % people.length];
    return { sub, username, jti: randomUUID() };
  });
  const key = await activeKey(db, service);
  const tokens = await sign(claims, subjects, key);
  for (let from = 0; from < count; from += BATCH) {
    const batch = subjects.slice(from, from + BATCH);
    await db.query(
      `WITH given AS (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS given (jti, account_id, session_id)),
            session AS (
              INSERT INTO gatehouse.sessions (id, account_id, client_id, account_epoch, client_epoch, expires_at)
              SELECT session_id, accounts.id, clients.client_id, accounts.epoch, clients.epoch, to_timestamp($7)
                FROM given JOIN gatehouse.accounts ON accounts.id = account_id, gatehouse.clients
               WHERE clients.client_id = $4)
       INSERT INTO gatehouse.tokens (jti, kind, kid, account_id, client_id, session_id, audience, issued_at, expires_at)
       SELECT jti, 'access', $5, account_id, $4, session_id, $6, to_timestamp($8), to_timestamp($7) FROM given`,
      [
        batch.map(({ jti }) => jti),
        batch.map(({ sub }) => sub),
        batch.map(() => randomUUID()),
        claims.client_id,
        key.kid,
        [claims.aud].flat(),
        claims.exp,
        claims.iat,
      ],
    );
  }
  await db.query('ANALYZE gatehouse.tokens, gatehouse.sessions, gatehouse.accounts');
  return subjects.map(({ jti }, index) => ({ jti, token: tokens[index] }));
}

/** Revokes tokens as a person or the service would: row by row, each a line in the change log. */
export async function revoke(db, jtis) {
  for (let from = 0; from < jtis.length; from += REVOKED_AT_ONCE) {
    await db.query('UPDATE gatehouse.tokens SET revoked_at = now() WHERE jti = ANY ($1::uuid[])', [
      jtis.slice(from, from + REVOKED_AT_ONCE),
    ]);
  }
}

/** Makes the client of a service account that may do this, and answers what it authenticates with. */
export async function seedClient(db, { clientId, audience = null, patterns }) {
  const secret = randomBytes(32).toString('base64url');
  await db.query(
    `WITH role AS (INSERT INTO gatehouse.roles (name, name_key) VALUES ('role-of-' || $1::text, 'role-of-' || $1::text) RETURNING id),
          held AS (INSERT INTO gatehouse.role_permissions (role_id, pattern)
                   SELECT id, pattern FROM role, unnest($4::text[]) AS pattern),
          account AS (INSERT INTO gatehouse.accounts (kind, username, username_key) VALUES ('service', $1, $1) RETURNING id),
          given AS (INSERT INTO gatehouse.account_roles (account_id, role_id) SELECT account.id, role.id FROM account, role),
          client AS (INSERT INTO gatehouse.clients (client_id, name, confidential, grants, audience, account_id)
                     SELECT $1, $1, true, '{client_credentials}', $3, id FROM account RETURNING client_id)
     INSERT INTO gatehouse.client_secrets (client_id, hash) SELECT client_id, $2 FROM client`,
    [clientId, createHash('sha256').update(secret).digest(), audience, patterns],
  );
  return { clientId, secret, authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` };
}

/** Makes an application that the client guards: what it is told, and tokens for it. */
export async function seedApplication({ service, db, people }, count) {
  const audience = 'https://orders.example';
  const { clientId, secret: clientSecret } = await seedClient(db, {
    clientId: 'orders',
    audience,
    patterns: ['events:subscribe'],
  });
  const seeded = await seedTokens(db, { service, people, count, audience });
  return {
    settings: { issuer: service.url, audience, clientId, clientSecret },
    tokens: seeded.map(({ token }) => token),
  };
}

/** Makes logins, and answers a refresh token of each. */
export async function seedRefreshTokens(db, { people, count, audience }) {
  const tokens = Array.from({ length: count }, () => randomBytes(32).toString('base64url'));
  const { rows } = await db.query(
    `WITH given AS (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bytea[]) AS given (account_id, session_id, hash)),
          session AS (
            INSERT INTO gatehouse.sessions (id, account_id, client_id, account_epoch, client_epoch, expires_at)
            SELECT session_id, accounts.id, clients.client_id, accounts.epoch, clients.epoch, now() + interval '1 day'
              FROM given JOIN gatehouse.accounts ON accounts.id = account_id, gatehouse.clients
             WHERE clients.built_in)
     INSERT INTO gatehouse.tokens (jti, kind, account_id, client_id, session_id, audience, expires_at, refresh_hash, generation)
     SELECT gen_random_uuid(), 'refresh', given.account_id, clients.client_id, session_id, $4, now() + interval '1 day', hash, 0
       FROM given, gatehouse.clients WHERE clients.built_in RETURNING jti`,
    [
      people.slice(0, count).map(({ id }) => id),
      tokens.map(() => randomUUID()),
      tokens.map((token) => createHash('sha256').update(token).digest()),
      [audience],
    ],
  );
  if (rows.length !== count) throw new Error('The refresh tokens could not be entered.');
  return tokens;
}

/** Makes an account in 20 groups of two roles each, with 10 more of its own, and answers its id. Each role holds 3 permissions. */
export async function seedRichAccount(db) {
  const { rows } = await db.query(
    `WITH permission AS (INSERT INTO gatehouse.permissions (name) SELECT 'bench:p' || n FROM generate_series(0, 59) AS n),
          role AS (INSERT INTO gatehouse.roles (name, name_key)
                   SELECT 'role-' || n, 'role-' || n FROM generate_series(0, 49) AS n RETURNING id, substr(name, 6)::int AS n),
          pattern AS (INSERT INTO gatehouse.role_permissions (role_id, pattern)
                      SELECT id, 'bench:p' || (n + 7 * i) % 60 FROM role, generate_series(0, 2) AS i),
          club AS (INSERT INTO gatehouse.groups (name, name_key)
                   SELECT 'group-' || n, 'group-' || n FROM generate_series(0, 19) AS n RETURNING id, substr(name, 7)::int AS n),
          club_role AS (INSERT INTO gatehouse.group_roles (group_id, role_id)
                        SELECT club.id, role.id FROM club JOIN role ON role.n / 2 = club.n),
          account AS (INSERT INTO gatehouse.accounts (username, username_key) VALUES ('rich', 'rich') RETURNING id),
          member AS (INSERT INTO gatehouse.account_groups (account_id, group_id) SELECT account.id, club.id FROM account, club),
          own AS (INSERT INTO gatehouse.account_roles (account_id, role_id)
                  SELECT account.id, role.id FROM account, role WHERE role.n >= 40)
     SELECT id FROM account`,
  );
  return rows[0].id;
}

async function issuedClaims(service, username) {
  const response = await fetch(`${service.url}/token`, {
    method: 'POST',
    body: new URLSearchParams({ username, password: PASSWORD }),
  });
  if (!response.ok) throw new Error(`Nobody could log in: ${await response.text()}`);
  const { access_token: token } = await response.json();
  const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
  // A long run must not outlive them.
  return { ...claims, exp: claims.exp + 86_400 };
}

async function activeKey(db, { appSecret }) {
  const { rows } = await db.query(
    `SELECT kid, algorithm, private_key_encrypted AS encrypted FROM gatehouse.signing_keys WHERE state = 'active'`,
  );
  const [{ kid, algorithm, encrypted }] = rows;
  // Here and not at the top, since it may have been built only a moment ago.
  const { KeyEncryption } = await import('../dist/server/keys/key-encryption.js');
  const der = new KeyEncryption(appSecret).decrypt(encrypted, kid);
  return { kid, algorithm, pem: `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n` };
}

/** On all cores: nothing is measured yet. */
async function sign(claims, subjects, key) {
  const share = Math.ceil(subjects.length / availableParallelism());
  const parts = Array.from({ length: availableParallelism() }, (_, index) =>
    subjects.slice(index * share, (index + 1) * share),
  );
  const signed = await Promise.all(
    parts.map((part) => ask(start({ core: 'all', program: 'sign-tokens.mjs' }), { claims, subjects: part, key })),
  );
  return signed.flatMap(({ tokens }) => tokens);
}
