import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigExport } from '../src/server/config-transfer/config-export.js';
import { ConfigImport, type ImportProgress } from '../src/server/config-transfer/config-import.js';
import { OPERATOR } from './support/actor.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { fill, stateOf, Transfer, wipe, type ConfigDocument } from './support/transfer.js';

let service: TestEnvironment;
let token: string;
let admin: Transfer;

beforeAll(async () => {
  service = await createTestEnvironment();
  token = await service.login('admin');
  admin = new Transfer(service, token);
  await fill(service, token);
});
afterAll(() => service.close());

const events = async (kind: string): Promise<{ after: any; actor: string | null }[]> =>
  service.database.query(
    `SELECT after, actor_username AS actor FROM gatehouse.audit_events WHERE kind = $1 ORDER BY id`,
    [kind],
  );

const state = () => stateOf(service);

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
