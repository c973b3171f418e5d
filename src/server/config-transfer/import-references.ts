import type { EntityManager } from 'typeorm';
import type { FieldError } from '../domain-error.js';
import { refuseDocument } from './document-checker.js';
import type { StagedClient } from './import-staging.js';

/** As many as are told, and one more. */
const LIMIT = 'LIMIT 21';

/** Each answers the `path` of an element and a `message`. What it finds has no place in any document. */
const WRONG: readonly string[] = [
  twice('import_permissions', `'permissions'`, 'name', 'The name'),
  twice('import_roles', `'roles'`, 'name_key', 'The name, or one that reads the same,'),
  twice('import_groups', `'groups'`, 'name_key', 'The name, or one that reads the same,'),
  twice('import_accounts', 'section', 'username_key', 'The user name, or one that reads the same,'),
  twice('import_accounts', 'section', 'email_key', 'The mail address, or one that reads the same,'),
  twice('import_accounts', 'section', 'account_id', 'The account'),
  twice(
    'import_accounts',
    'section',
    `(CASE WHEN source_id IS NOT NULL THEN source || ' ' || source_id END)`,
    'The id of the source',
  ),
  `SELECT 'permissions.' || index AS path, 'The permission ' || name || ' is declared in code, and not here.' AS message
     FROM pg_temp.import_permissions WHERE managed AND is_new`,
  `SELECT 'roles.' || index AS path, 'The role ' || name || ' is declared in code, and not here.' AS message
     FROM pg_temp.import_roles WHERE managed AND is_new`,
  `SELECT 'permissions.' || index AS path, 'The permission ' || name || ' is declared in code here, and changed there.' AS message
     FROM pg_temp.import_permissions AS i
    WHERE changed AND EXISTS (SELECT FROM gatehouse.permissions AS p WHERE p.name = i.name AND p.managed)`,
  `SELECT 'roles.' || index AS path, 'The role ' || name || ' is declared in code here, and changed there.' AS message
     FROM pg_temp.import_roles AS i WHERE changed AND EXISTS (SELECT FROM gatehouse.roles AS r WHERE r.id = i.id AND r.managed)`,
  `SELECT 'roles.' || index || '.permissions' AS path, 'There is no permission ' || pattern || '.' AS message
     FROM pg_temp.import_roles AS i CROSS JOIN LATERAL unnest(patterns) AS pattern
    WHERE right(pattern, 1) <> '*'
      AND NOT EXISTS (SELECT FROM gatehouse.permissions AS p WHERE p.name = pattern)
      AND NOT EXISTS (SELECT FROM pg_temp.import_permissions AS p WHERE p.name = pattern)`,
  unknown('import_groups', `'groups'`, 'roles'),
  unknown('import_accounts', 'section', 'groups'),
  unknown('import_accounts', 'section', 'roles'),
  `SELECT section || '.' || index || '.passwordHash' AS path,
          'An account of the source ' || source || ' has its password there.' AS message
     FROM pg_temp.import_accounts WHERE password_hash IS NOT NULL AND source <> 'local'`,
  `SELECT section || '.' || index || '.mustChangePassword' AS path,
          'An account of the source ' || source || ' has its password there.' AS message
     FROM pg_temp.import_accounts WHERE must_change_password AND source <> 'local'`,
  `SELECT section || '.' || index || '.sourceId' AS path, 'The service’s own accounts have none.' AS message
     FROM pg_temp.import_accounts WHERE source_id IS NOT NULL AND source = 'local'`,
];

/** What is somebody else's here. */
const TAKEN: readonly string[] = [
  `SELECT section || '.' || index || '.id' AS path,
          'There is an account with this id, of another source or kind.' AS message
     FROM pg_temp.import_accounts AS i JOIN gatehouse.accounts AS a ON a.id = i.account_id
    WHERE (a.source, a.kind) <> (i.source, i.kind)`,
  `SELECT section || '.' || index || '.sourceId' AS path,
          'There is another account of this person of the source ' || i.source || '.' AS message
     FROM pg_temp.import_accounts AS i JOIN gatehouse.accounts AS a
       ON a.source = i.source AND a.source_id = i.source_id AND a.id <> i.account_id`,
  // Who has it may be about to give it up, by this very document: what comes of that shows when it is written.
  `SELECT section || '.' || index || '.username' AS path,
          'There is another account with this name, or one that reads the same: of another id, source or kind.' AS message
     FROM pg_temp.import_accounts AS i JOIN gatehouse.accounts AS a ON a.username_key = i.username_key AND a.id <> i.account_id
    WHERE NOT EXISTS (SELECT FROM pg_temp.import_accounts AS o WHERE o.account_id = a.id)`,
  `SELECT section || '.' || index || '.email' AS path,
          'There is another account with this mail address, or one that reads the same.' AS message
     FROM pg_temp.import_accounts AS i JOIN gatehouse.accounts AS a ON a.email_key = i.email_key AND a.id <> i.account_id
    WHERE NOT EXISTS (SELECT FROM pg_temp.import_accounts AS o WHERE o.account_id = a.id)`,
];

/**
 * Follows what the elements refer to, here and in the document.
 *
 * @throws DomainError `unprocessable` for what there isn't, or is there twice; `conflict` for what is somebody else's
 */
export async function checkReferences(clients: readonly StagedClient[], manager: EntityManager): Promise<void> {
  const wrong = [...(await findAll(WRONG, manager)), ...(await wrongInClients(clients, manager))];
  if (wrong.length > 0) refuseDocument(wrong);
  const taken = await findAll(TAKEN, manager);
  if (taken.length > 0) refuseDocument(taken, 'conflict');
}

async function findAll(questions: readonly string[], manager: EntityManager): Promise<FieldError[]> {
  const found: FieldError[] = [];
  for (const question of questions) found.push(...(await manager.query<FieldError[]>(`${question} ${LIMIT}`)));
  return found;
}

function twice(table: string, section: string, column: string, what: string): string {
  return `SELECT path, '${what} is in the document twice.' AS message
            FROM (SELECT ${section} || '.' || index AS path, count(*) OVER (PARTITION BY ${column}) AS times
                    FROM pg_temp.${table} WHERE ${column} IS NOT NULL) AS counted
           WHERE times > 1`;
}

function unknown(table: string, section: string, column: 'groups' | 'roles'): string {
  const one = column.slice(0, -1);
  return `SELECT ${section} || '.' || index || '.${column}' AS path, 'There is no ${one} ' || key || '.' AS message
            FROM pg_temp.${table} AS i CROSS JOIN LATERAL unnest(i.${column}) AS key
           WHERE NOT EXISTS (SELECT FROM gatehouse.${column} AS there WHERE there.name_key = key)
             AND NOT EXISTS (SELECT FROM pg_temp.import_${column} AS given WHERE given.name_key = key)`;
}

async function wrongInClients(clients: readonly StagedClient[], manager: EntityManager): Promise<FieldError[]> {
  const given = clients.map(({ client }) => client.clientId);
  const repeated = new Set(given.filter((id, index) => given.indexOf(id) !== index));
  const scopes = clients.flatMap(({ index, client }) =>
    (client.scopes ?? [])
      .filter((scope) => !scope.endsWith('*'))
      .map((scope) => ({ path: `clients.${index}.scopes`, scope })),
  );
  const [known] = await manager.query<[{ scopes: string[] }]>(
    `SELECT ARRAY(SELECT name FROM gatehouse.permissions WHERE name = ANY ($1)
                   UNION SELECT name FROM pg_temp.import_permissions WHERE name = ANY ($1)) AS scopes`,
    [scopes.map(({ scope }) => scope)],
  );
  const declared = await manager.query<FieldError[]>(
    `SELECT 'permissions.' || index || '.declaredBy' AS path, 'There is no client ' || declared_by || '.' AS message
       FROM pg_temp.import_permissions
      WHERE declared_by IS NOT NULL AND is_new AND declared_by <> ALL ($1)
        AND NOT EXISTS (SELECT FROM gatehouse.clients WHERE client_id = declared_by) ${LIMIT}`,
    [given],
  );
  const knownScopes = new Set(known.scopes);
  return [
    ...declared,
    ...clients.flatMap(({ index, client }) =>
      repeated.has(client.clientId)
        ? [{ path: `clients.${index}.clientId`, message: 'The id is in the document twice.' }]
        : [],
    ),
    ...scopes.flatMap(({ path, scope }) =>
      knownScopes.has(scope) ? [] : [{ path, message: `There is no permission ${scope}.` }],
    ),
  ];
}
