import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { fill, stateOf, Transfer, type ConfigDocument } from './support/transfer.js';

let service: TestEnvironment;
let token: string;
let admin: Transfer;

beforeAll(async () => {
  service = await createTestEnvironment();
  token = await service.login('admin');
  admin = new Transfer(service, token);
  await fill(service, token);
  await admin.import({ people: [{ username: 'bystander', email: 'bystander@example.com', groups: ['Board'] }] });
});
afterAll(() => service.close());

const state = () => stateOf(service);
const parse = (text: string): ConfigDocument => JSON.parse(text);

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
      'a client’s grant type that there isn’t',
      { ...half, clients: [{ clientId: 'lost', name: 'Lost', confidential: true, grants: ['implicit'], scopes: [] }] },
      422,
      'clients.0.grants.0',
    ],
    [
      'the service’s own audience for a client',
      {
        ...half,
        clients: [
          {
            clientId: 'lost',
            name: 'Lost',
            confidential: true,
            grants: [],
            scopes: [],
            audience: 'http://gatehouse.test',
          },
        ],
      },
      422,
      'clients.0.audience',
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
