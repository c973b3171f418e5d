import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigExport } from '../src/server/config-transfer/config-export.js';
import { ConfigImport, type ImportProgress } from '../src/server/config-transfer/config-import.js';
import { OPERATOR } from './support/actor.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { Transfer, wipe, type ConfigDocument } from './support/transfer.js';

let service: TestEnvironment;
let token: string;
let admin: Transfer;

beforeAll(async () => {
  service = await createTestEnvironment();
  token = await service.login('admin');
  admin = new Transfer(service, token);
  await fill();
});
afterAll(() => service.close());

const post = (path: string, json: object) => service.ask(path, { token, json });

/** Something of each kind. */
async function fill(): Promise<void> {
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

const events = async (kind: string): Promise<{ after: any; actor: string | null }[]> =>
  service.database.query(
    `SELECT after, actor_username AS actor FROM gatehouse.audit_events WHERE kind = $1 ORDER BY id`,
    [kind],
  );

/** All that an import may touch, as it is in the database. */
async function state(): Promise<string> {
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

/** Imports at the console, as the command line does. */
const importHere = (text: string, options = {}, onProgress?: (progress: ImportProgress) => void) =>
  service.app
    .get(ConfigImport, { strict: false })
    .run(Readable.from([Buffer.from(text)]), options, OPERATOR, onProgress);

async function exportHere(passwordHashes: boolean): Promise<string> {
  const spool = await service.app.get(ConfigExport, { strict: false }).run({ passwordHashes }, OPERATOR);
  return Buffer.concat(await spool.stream().toArray()).toString();
}

const parse = (text: string): ConfigDocument => JSON.parse(text);

describe('export', () => {
  it('is one document, an element a line, without secrets and ids but those of accounts', async () => {
    const text = await admin.export();
    const document = parse(text);
    expect(Object.keys(document)).toEqual([
      'format',
      'version',
      'permissions',
      'roles',
      'groups',
      'clients',
      'serviceAccounts',
      'people',
    ]);
    expect(document).toMatchObject({ format: 'gatehouse', version: 1 });
    expect(document.permissions).toContainEqual({ name: 'shop:orders:read', description: 'See the orders' });
    expect(document.permissions).toContainEqual({ name: 'finance:read', managed: true });
    expect(document.permissions).toContainEqual({
      name: 'shop:carts:read',
      description: 'See carts',
      declaredBy: 'shop',
    });
    expect(document.roles).toContainEqual({ name: 'administrator', managed: true });
    expect(document.roles).toContainEqual({
      name: 'Clerk',
      description: 'Sells',
      permissions: ['finance:*', 'shop:orders:read'],
    });
    expect(document.groups).toContainEqual({
      name: 'Board',
      description: 'The board',
      roles: ['administrator', 'Clerk'],
    });
    expect(document.clients.map(({ clientId }: any) => clientId)).toContain('shop');
    expect(document.clients.map(({ clientId }: any) => clientId)).not.toContain('gatehouse');
    expect(document.people.find(({ username }: any) => username === 'Zoë')).toEqual({
      id: expect.any(String),
      source: 'local',
      username: 'Zoë',
      email: 'Zoe@Example.com',
      name: 'Zoë Ärmel',
      description: '',
      isActive: true,
      isVerified: false,
      mustChangePassword: true,
      groups: ['Board'],
      roles: ['Clerk'],
    });
    expect(text).not.toMatch(/\$2[aby]\$/);
    expect(text.split('\n')).toContainEqual(expect.stringMatching(/^\{"name":"finance:read","managed":true\},$/));
  });

  it('has the hashes of passwords only on request, with a permission of its own; the audit hears of both', async () => {
    const narrowed = new Transfer(service, await service.login('admin', 'config:export'));
    const refused = await service.ask('/config/export?passwordHashes=true', {
      token: await service.login('admin', 'config:export'),
    });
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toMatch(/insufficient_scope.*config:export-hashes/);
    await narrowed.export();
    const people = parse(await admin.export('?passwordHashes=true')).people;
    expect(people.every(({ passwordHash }: any) => passwordHash.startsWith('$2b$04$'))).toBe(true);
    const heard = await events('config.exported');
    expect(heard.slice(-2)).toEqual([
      { actor: 'admin', after: { passwordHashes: false } },
      { actor: 'admin', after: { passwordHashes: true } },
    ]);
  });
});

it('an export that was just taken doesn’t hold up the end of the service', async () => {
  const own = await createTestEnvironment();
  const transfer = new Transfer(own, await own.login('admin'));
  for (let round = 0; round < 3; round++) await transfer.export();
  const start = performance.now();
  await own.close();
  expect(performance.now() - start).toBeLessThan(10_000);
});

describe('import', () => {
  it('export, wipe, import, export again: the same document, and people log in with their passwords', async () => {
    const before = await exportHere(true);
    await wipe(service);
    expect(parse(await exportHere(true)).people).toEqual([]);
    const report = await importHere(before);
    expect(report.people).toMatchObject({ updated: 0, unchanged: 0 });
    expect(await exportHere(true)).toBe(before);
    token = await service.login('admin');
    admin = new Transfer(service, token);
    expect((await service.ask('/users/me', { token })).json.username).toBe('admin');
    const [event] = (await events('config.imported')).slice(-1);
    expect(event!.after.sha256).toBe(createHash('sha256').update(before).digest('hex'));
    expect(event!.after.people.created).toBe(report.people.created);
  });

  it('a second time changes nothing, and says so', async () => {
    const document = await admin.export('?passwordHashes=true');
    const before = await state();
    const { status, json } = await admin.import(document);
    expect(status).toBe(200);
    for (const section of ['permissions', 'roles', 'groups', 'clients', 'serviceAccounts', 'people']) {
      expect(json[section], section).toMatchObject({ created: 0, updated: 0 });
      expect(json[section].unchanged).toBe(parse(document)[section].length);
    }
    // But for its own event in the audit.
    const after = await state();
    const without = (text: string) => ({ ...JSON.parse(text), events: 0 });
    expect(without(after)).toEqual(without(before));
  });

  it('changes what is there to what the document says, makes memberships exactly those, and leaves the rest alone', async () => {
    await admin.import({
      people: [
        { username: 'mover', email: 'mover@example.com', groups: ['Board'], roles: ['Clerk'] },
        { username: 'bystander', email: 'bystander@example.com', groups: ['Board'] },
      ],
    });
    const { json } = await admin.import({
      roles: [{ name: 'clerk', description: 'Sells more' }],
      groups: [{ name: 'Newcomers', roles: ['CLERK'] }],
      people: [{ username: 'MOVER', email: 'moved@example.com', groups: ['newcomers'], roles: [] }],
    });
    expect(json.people).toMatchObject({ created: 0, updated: 1 });
    expect(json.roles).toMatchObject({ updated: 1 });
    const { people, roles } = parse(await admin.export());
    const find = (name: string) => people.find(({ username }: any) => username.toLowerCase() === name);
    expect(find('mover')).toMatchObject({ email: 'moved@example.com', groups: ['Newcomers'], roles: [] });
    expect(find('bystander')).toMatchObject({ groups: ['Board'] });
    expect(roles.find(({ name }: any) => name === 'Clerk')).toEqual({
      name: 'Clerk',
      description: 'Sells more',
      permissions: ['finance:*', 'shop:orders:read'],
    });
  });

  it('a dry run says what would change, and changes nothing', async () => {
    const before = await state();
    const { status, json } = await admin.import(
      {
        permissions: [{ name: 'dry:run' }],
        roles: [{ name: 'dry', permissions: ['dry:run'] }],
        people: [
          { username: 'dry-run', email: 'dry@example.com', roles: ['dry'] },
          { username: 'mover', name: 'Other' },
        ],
      },
      '?dryRun=true',
    );
    expect(status).toBe(200);
    expect(json.dryRun).toBe(true);
    expect(json.people).toMatchObject({ namesCreated: ['dry-run'], namesUpdated: ['mover'] });
    expect(json.roles).toMatchObject({ namesCreated: ['dry'] });
    expect(await state()).toBe(before);
  });

  it('another password ends the logins, and another mail address is unverified', async () => {
    const hash = (
      await service.database.query(`SELECT password_hash FROM gatehouse.accounts WHERE username = 'frank'`)
    )[0].password_hash as string;
    const frank = await service.login('frank');
    await admin.import({ people: [{ username: 'frank', name: 'Frank again', passwordHash: hash }] });
    expect((await service.ask('/users/me', { token: frank })).status).toBe(200);
    await admin.import({
      people: [{ username: 'frank', passwordHash: hash.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a')) }],
    });
    expect((await service.ask('/users/me', { token: frank })).status).toBe(401);
    await admin.import({ people: [{ username: 'mover', isVerified: true }] });
    await admin.import({ people: [{ username: 'mover', email: 'again@example.com' }] });
    const mover = parse(await admin.export()).people.find(
      ({ username }: any) => username === 'MOVER' || username === 'mover',
    );
    expect(mover).toMatchObject({ email: 'again@example.com', isVerified: false });
  });

  it('tells how far it is', async () => {
    const heard: ImportProgress[] = [];
    await importHere(await exportHere(true), { dryRun: true }, (progress) => heard.push(progress));
    expect(heard[0]).toMatchObject({ step: 'reading', done: expect.any(Number) });
    const { done, total } = heard.at(-1)!;
    expect(total).toBeGreaterThan(0);
    expect(done).toBe(total);
  });
});

describe('people with hashes of another system', () => {
  it('log in with their passwords, and get a hash of ours by that', async () => {
    const password = 'correct horse battery staple ñ';
    const passwordHash = 'pbkdf2_sha256$1000$lG5vNcDZ3wYbUu2rKq9XhT$TKo8lXNwIyd40mRfU7XkUCBoTNrQyse9DrkOHv/rkfk=';
    const { json } = await admin.import({
      people: [{ username: 'django', email: 'django@example.com', passwordHash }],
    });
    expect(json.people.created).toBe(1);
    const stored = async (): Promise<string> => {
      const [row] = await service.database.query(
        `SELECT password_hash FROM gatehouse.accounts WHERE username = 'django'`,
      );
      return row.password_hash;
    };
    const login = (given: string) => service.ask('/token', { form: { username: 'django', password: given } });
    expect((await login(`${password}!`)).status).toBe(400);
    expect(await stored()).toBe(passwordHash);
    const { status, json: pair } = await login(password);
    expect(status).toBe(200);
    await expect.poll(stored).toMatch(/^\$2b\$04\$/);
    expect((await login(password)).status).toBe(200);
    expect((await service.ask('/users/me', { token: pair.access_token })).status).toBe(200);
  });
});

describe('an import that fails leaves nothing', () => {
  const half = { permissions: [{ name: 'half:way' }], people: [{ username: 'half-way', email: 'half@example.com' }] };

  it.each([
    [
      'a group that there isn’t',
      { ...half, people: [...half.people, { username: 'lost', groups: ['nowhere'] }] },
      422,
      'people.1.groups',
    ],
    ['a role that there isn’t', { ...half, groups: [{ name: 'lost', roles: ['nothing'] }] }, 422, 'groups.0.roles'],
    [
      'a permission that there isn’t',
      { ...half, roles: [{ name: 'lost', permissions: ['no:thing'] }] },
      422,
      'roles.0.permissions',
    ],
    [
      'something declared in code that isn’t',
      { ...half, roles: [{ name: 'elsewhere', managed: true }] },
      422,
      'roles.0',
    ],
    [
      'something that is declared in code here',
      { ...half, roles: [{ name: 'administrator', permissions: [] }] },
      422,
      'roles.0',
    ],
    ['a name twice', { ...half, people: [...half.people, { username: 'ＨＡＬＦ-way' }] }, 422, 'people.0'],
    [
      'a mail address that is somebody else’s',
      { ...half, people: [{ username: 'half-way', email: 'BYSTANDER@example.com' }] },
      409,
      'people.0.email',
    ],
    [
      'a client’s scope that there isn’t',
      { ...half, clients: [{ clientId: 'lost', name: 'Lost', confidential: true, grants: [], scopes: ['no:thing'] }] },
      422,
      'clients.0.scopes',
    ],
    [
      'a client’s service account that there isn’t',
      {
        ...half,
        clients: [
          { clientId: 'lost', name: 'Lost', confidential: true, grants: [], scopes: [], serviceAccount: 'nobody' },
        ],
      },
      422,
      'clients.0.serviceAccount',
    ],
    [
      'a client that changes its nature',
      { ...half, clients: [{ clientId: 'shop', name: 'The shop', confidential: false, grants: [], scopes: [] }] },
      409,
      'clients.0.confidential',
    ],
    [
      'the built-in client',
      { ...half, clients: [{ clientId: 'gatehouse', name: 'X', confidential: false, grants: [], scopes: null }] },
      409,
      'clients.0.clientId',
    ],
    [
      'an unknown field',
      { ...half, people: [{ username: 'half-way', permissions: ['*'] }] },
      400,
      'people.0.permissions',
    ],
    [
      'a password',
      { ...half, people: [{ username: 'half-way', password: 'correct horse' }] },
      400,
      'people.0.password',
    ],
    [
      'a hash that nobody knows',
      { ...half, people: [{ username: 'half-way', passwordHash: 'md5:1234' }] },
      400,
      'people.0.passwordHash',
    ],
    [
      'a hash for somebody whose password is elsewhere',
      { ...half, people: [{ username: 'half-way', source: 'ldap', passwordHash: `$2b$04$${'a'.repeat(53)}` }] },
      422,
      'people.0.passwordHash',
    ],
    [
      'a password to be changed for somebody whose password is elsewhere',
      { ...half, people: [{ username: 'half-way', source: 'ldap', mustChangePassword: true }] },
      422,
      'people.0.mustChangePassword',
    ],
    [
      'an id of a source for somebody of our own',
      { ...half, people: [{ username: 'half-way', sourceId: '1' }] },
      422,
      'people.0.sourceId',
    ],
    [
      'a person of another source twice',
      { people: ['one', 'two'].map((username) => ({ username: `half-${username}`, source: 'ldap', sourceId: '1' })) },
      422,
      'people.0',
    ],
    ['a bad name', { ...half, people: [{ username: 'a@b' }] }, 400, 'people.0.username'],
    ['a section that there isn’t', { ...half, secrets: [{}] }, 400, 'secrets'],
  ])('%s', async (_, document, expected, path) => {
    const before = await state();
    const { status, json } = await admin.import(document);
    expect(status, JSON.stringify(json)).toBe(expected);
    expect(json.errors.map((error: { path: string }) => error.path)).toContainEqual(expect.stringContaining(path));
    expect(await state()).toBe(before);
  });

  it('an id that another has under this name, unless names are told to count', async () => {
    const document = { people: [{ id: '11111111-2222-4333-8444-555555555555', username: 'bystander', name: 'Known' }] };
    const { status, json } = await admin.import(document);
    expect(status).toBe(409);
    expect(json.errors[0].path).toBe('people.0.username');
    const before = parse(await admin.export()).people.find(({ username }: any) => username === 'bystander');
    const matched = await admin.import(document, '?matchUsernames=true');
    expect(matched.json.people).toMatchObject({ created: 0, updated: 1 });
    const after = parse(await admin.export()).people.find(({ username }: any) => username === 'bystander');
    expect(after).toEqual({ ...before, name: 'Known' });
  });

  it('people of other sources go over with their ids there, and nobody is there twice', async () => {
    const document = { people: [{ username: 'elsewhere', source: 'ldap', sourceId: 'id-1' }] };
    expect((await admin.import(document)).json.people).toMatchObject({ created: 1 });
    const exported = parse(await admin.export()).people.find(({ username }: any) => username === 'elsewhere');
    expect(exported).toMatchObject({ source: 'ldap', sourceId: 'id-1' });
    const { status, json } = await admin.import({ people: [{ ...document.people[0], username: 'elsewhere-2' }] });
    expect([status, json.errors[0].path]).toEqual([409, 'people.0.sourceId']);
    expect((await admin.import(document)).json.people).toMatchObject({ created: 0, updated: 0 });
  });

  it('a local account is never taken over by another source, nor a person by a service account', async () => {
    const { people } = parse(await admin.export());
    const { id } = people.find(({ username }: any) => username === 'bystander');
    const before = await state();
    for (const document of [
      { people: [{ id, username: 'bystander', source: 'ldap' }] },
      { people: [{ username: 'bystander', source: 'ldap' }] },
      { serviceAccounts: [{ id, username: 'bystander' }] },
      { serviceAccounts: [{ username: 'bystander' }] },
    ]) {
      expect((await admin.import(document, '?matchUsernames=true')).status, JSON.stringify(document)).toBe(409);
    }
    expect(await state()).toBe(before);
  });

  it.each([
    ['cut off', '{"format":"gatehouse","version":1,"people":[{"username":"half-way"}'],
    ['of another version', '{"format":"gatehouse","version":2,"people":[{"username":"half-way"}]}'],
    ['of another format', '{"realm":"x","users":[]}'],
    ['without a head', '{"people":[{"username":"half-way"}],"format":"gatehouse","version":1}'],
    ['not JSON', 'people: []'],
    ['with text behind it', '{"format":"gatehouse","version":1} {}'],
    ['with a section twice', '{"format":"gatehouse","version":1,"people":[],"people":[{"username":"half-way"}]}'],
    ['with a prototype in it', '{"format":"gatehouse","version":1,"people":[{"__proto__":{"username":"half-way"}}]}'],
    [
      'with a constructor in it',
      '{"format":"gatehouse","version":1,"people":[{"username":"half-way","constructor":{}}]}',
    ],
    ['that nests too deeply', `{"format":"gatehouse","version":1,"people":[${'['.repeat(50)}${']'.repeat(50)}]}`],
  ])('a document %s', async (_, text) => {
    const before = await state();
    const { status, json } = await admin.import(text);
    expect(status).toBe(400);
    expect(json.detail).toMatch(/^Nothing was imported\. /);
    expect(await state()).toBe(before);
  });

  it('errors are told by twenty', async () => {
    const people = Array.from({ length: 100 }, () => ({ username: '@' }));
    const { json } = await admin.import({ people });
    expect(json.errors).toHaveLength(20);
    expect(json.errors[7].path).toBe('people.7.username');
  });

  it('another media type is refused', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx']) {
      const { status } = await service.ask('/config/import', {
        method: 'POST',
        token,
        body: '{"format":"gatehouse","version":1}',
        headers: { 'content-type': type },
      });
      expect(status, type).toBe(415);
    }
  });

  it('a sender that goes away in the middle', async () => {
    const before = await state();
    const address = new URL(`${service.url}/config/import`);
    const sending = request(address, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    const gone = new Promise<void>((resolve) => sending.once('close', resolve).once('error', () => resolve()));
    sending.write('{"format":"gatehouse","version":1,"people":[');
    await new Promise<void>((resolve) => sending.write('{"username":"half-way"},', () => resolve()));
    const logged = service.log.length;
    sending.destroy();
    await gone;
    await expect.poll(() => service.log.slice(logged).join('\n')).toMatch(/cut off|aborted/);
    expect(await state()).toBe(before);
  });
});
