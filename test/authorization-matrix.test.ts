import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { giveRole } from './support/roles.js';

/** An operation of the document, as far as it is read here. */
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema?: { format?: string } }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly 'x-access': { readonly public?: boolean };
}

interface Row {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const UNRELATED = 'unrelated:read';

/** These answer 401 for other reasons than a missing token: what they authenticate is a client. */
const OAUTH = new Set(['issueToken', 'revokeToken', 'introspectToken']);

/** Asked last, since nobody is there to ask afterwards. */
const LAST = 'deleteOwnAccount';

let service: TestEnvironment;
let admin: string;
const rows: Row[] = [];
const tokens = new Map<string, string>();

/** A person who holds exactly these permissions, logged in. */
async function holderOf(permissions: readonly string[]): Promise<string> {
  const key = permissions.join(' ');
  const known = tokens.get(key);
  if (known) return known;
  const username = `holder-${tokens.size}`;
  const hash = "(SELECT password_hash FROM gatehouse.accounts WHERE username = 'pat')";
  await service.change(
    `INSERT INTO gatehouse.accounts (username, username_key, password_hash, is_verified) VALUES ($1, $1, ${hash}, true)`,
    [username],
  );
  if (permissions.length > 0) await giveRole(service, username, `role-of-${username}`, permissions);
  const { json } = await service.ask('/token', { form: { username, password: service.passwords.get('pat')! } });
  tokens.set(key, json.access_token);
  return json.access_token;
}

/** Asks for something that isn't there, with a body that says nothing: who may isn't told by what is. */
async function ask({ method, path, operation }: Row, token?: string): Promise<number> {
  const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    operation.parameters?.find((one) => one.name === name)?.schema?.format === 'uuid'
      ? '00000000-0000-4000-8000-000000000000'
      : 'no-such',
  );
  const types = Object.keys(operation.requestBody?.content ?? {});
  const { status } = await service.ask(address, {
    method: method.toUpperCase(),
    token,
    ...(types.includes('application/json') && { json: {} }),
    ...(types.includes('application/x-www-form-urlencoded') && { form: {} }),
  });
  return status;
}

beforeAll(async () => {
  service = await createTestEnvironment();
  admin = await service.login('admin');
  await service.ask('/permissions', { token: admin, json: { name: UNRELATED } });
  const { json: document } = await service.ask('/openapi.json');
  for (const [path, item] of Object.entries<Record<string, Operation>>(document.paths)) {
    for (const method of METHODS) if (item[method]) rows.push({ method, path, operation: item[method] });
  }
  rows.sort((one, other) => Number(one.operation.operationId === LAST) - Number(other.operation.operationId === LAST));
});
afterAll(() => service.close());

describe('OWASP API5, ASVS 8.2: the authorization matrix of /openapi.json', () => {
  it('has a rule for every operation', () => {
    expect(rows.length).toBeGreaterThan(50);
    expect(rows.filter(({ operation }) => !operation['x-access'])).toEqual([]);
    expect(new Set(rows.map(({ operation }) => operation.operationId)).size).toBe(rows.length);
  });

  it('nobody without a token gets past what isn’t public', async () => {
    for (const row of rows) {
      const status = await ask(row);
      const { operationId } = row.operation;
      if (row.operation['x-access'].public) {
        if (!OAUTH.has(operationId)) expect([401, 403], operationId).not.toContain(status);
      } else expect(status, operationId).toBe(401);
    }
  });

  it.each([
    ['without permissions', []],
    ['with an unrelated permission', [UNRELATED]],
  ] as [string, string[]][])('a person %s gets only what asks for none', async (_, permissions) => {
    const token = await holderOf(permissions);
    for (const row of rows) {
      if (row.operation['x-access'].public) continue;
      const needed = row.operation.security.flatMap((one) => Object.values(one));
      // Everybody who is logged in, or everybody's own.
      const open = needed.some((scopes) => scopes.every((scope) => scope === 'account:self'));
      const status = await ask(row, token);
      if (open) expect([401, 403], row.operation.operationId).not.toContain(status);
      else expect(status, row.operation.operationId).toBe(403);
    }
  });

  it('who holds exactly what is needed gets past, and with one of several less doesn’t', async () => {
    for (const row of rows) {
      const { operationId, security } = row.operation;
      const scopes = Object.values(security[0] ?? {})[0] ?? [];
      if (row.operation['x-access'].public || scopes.length === 0 || scopes.includes('account:self')) continue;
      expect([401, 403], operationId).not.toContain(await ask(row, await holderOf(scopes)));
      if (scopes.length === 1) continue;
      for (const left of scopes) {
        const others = scopes.filter((scope) => scope !== left);
        expect(await ask(row, await holderOf(others)), `${operationId} without ${left}`).toBe(403);
      }
    }
  });
});
