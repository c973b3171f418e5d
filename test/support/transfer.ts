import type { Answer, TestEnvironment } from './environment.js';

/** The document as the tests look at it. */
// Tests look at what they expect; anything else fails there.
export type ConfigDocument = any;

/** Export and import, as one who bears this token asks for them. */
export class Transfer {
  constructor(
    private readonly service: Pick<TestEnvironment, 'ask'>,
    private readonly token: string,
  ) {}

  /** The text of the document. */
  async export(query = ''): Promise<string> {
    const { status, text } = await this.service.ask(`/config/export${query}`, { token: this.token });
    if (status !== 200) throw new Error(`It could not be exported: ${text}`);
    return text;
  }

  /** Imports a document, or the sections of one. */
  import(document: object | string, query = ''): Promise<Answer> {
    const body =
      typeof document === 'string' ? document : JSON.stringify({ format: 'gatehouse', version: 1, ...document });
    return this.service.ask(`/config/import${query}`, {
      method: 'POST',
      token: this.token,
      body,
      headers: { 'content-type': 'application/json' },
    });
  }
}

/** Removes everything that an import can bring back, as by hand. */
export async function wipe(service: Pick<TestEnvironment, 'change'>): Promise<void> {
  await service.change(`DELETE FROM gatehouse.accounts`);
  await service.change(`DELETE FROM gatehouse.clients WHERE NOT built_in`);
  await service.change(`DELETE FROM gatehouse.groups`);
  await service.change(`DELETE FROM gatehouse.roles WHERE NOT managed`);
  await service.change(`DELETE FROM gatehouse.permissions WHERE NOT managed OR declared_by IS NOT NULL`);
}

/** Something of each kind, made by whoever bears this token. */
export async function fill(service: Pick<TestEnvironment, 'ask' | 'change'>, token: string): Promise<void> {
  const post = (path: string, json: object) => service.ask(path, { token, json });
  await post('/permissions', { name: 'shop:orders:read', description: 'See the orders' });
  await post('/roles', { name: 'Clerk', description: 'Sells', permissions: ['shop:orders:read', 'finance:*'] });
  await post('/groups', { name: 'Board', description: 'The board', roles: ['Clerk', 'administrator'] });
  const { json: backup } = await post('/service-accounts', { username: 'backup', roles: ['Clerk'] });
  await post(`/service-accounts/${backup.id}/secret`, {});
  await post('/clients', {
    clientId: 'shop',
    name: 'The shop',
    confidential: true,
    grants: ['password', 'refresh_token'],
    scopes: ['shop:orders:read'],
    audience: 'https://shop.example',
    permissionPrefixes: ['shop'],
  });
  await service.change(
    `INSERT INTO gatehouse.permissions (name, description, managed, declared_by) VALUES ('shop:carts:read', 'See carts', true, 'shop')`,
  );
  await post('/users', {
    username: 'Zoë',
    email: 'Zoe@Example.com',
    name: 'Zoë Ärmel',
    groups: ['Board'],
    roles: ['Clerk'],
    password: 'correct horse battery',
  });
}

/** All that an import may touch, as it is in the database. */
export async function stateOf(service: Pick<TestEnvironment, 'database'>): Promise<string> {
  const [row] = await service.database.query(
    `SELECT (SELECT json_agg(a ORDER BY id) FROM gatehouse.accounts a)::text AS accounts,
            (SELECT json_agg(a ORDER BY account_id, group_id) FROM gatehouse.account_groups a)::text AS account_groups,
            (SELECT json_agg(a ORDER BY account_id, role_id) FROM gatehouse.account_roles a)::text AS account_roles,
            (SELECT json_agg(a ORDER BY id) FROM gatehouse.roles a)::text AS roles,
            (SELECT json_agg(a ORDER BY role_id, pattern) FROM gatehouse.role_permissions a)::text AS role_permissions,
            (SELECT json_agg(a ORDER BY id) FROM gatehouse.groups a)::text AS groups,
            (SELECT json_agg(a ORDER BY group_id, role_id) FROM gatehouse.group_roles a)::text AS group_roles,
            (SELECT json_agg(a ORDER BY name) FROM gatehouse.permissions a)::text AS permissions,
            (SELECT json_agg(a ORDER BY client_id) FROM gatehouse.clients a)::text AS clients,
            (SELECT count(*) FROM gatehouse.changes)::text AS changes,
            (SELECT count(*) FROM gatehouse.audit_events WHERE kind LIKE 'config.imp%')::text AS events`,
  );
  return JSON.stringify(row);
}
