import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { addClient } from './support/oauth.js';
import { giveRole } from './support/roles.js';
import { Transfer } from './support/transfer.js';

let service: TestEnvironment;
let admin: Transfer;
let clerk: Transfer;
/** Of a person who may do less than the clerk. */
let weakId: string;

beforeAll(async () => {
  service = await createTestEnvironment();
  const token = await service.login('admin');
  admin = new Transfer(service, token);
  await giveRole(service, 'pat', 'mover', ['config:import', 'config:export', 'finance:*']);
  await giveRole(service, 'frank', 'mighty', ['hr:*']);
  clerk = new Transfer(service, await service.login('pat'));
  await admin.import({
    roles: [
      { name: 'fine', permissions: ['finance:read'] },
      { name: 'people', permissions: ['hr:read'] },
    ],
    groups: [
      { name: 'Fine', roles: ['fine'] },
      { name: 'People', roles: ['people'] },
    ],
    serviceAccounts: [{ username: 'robot', roles: ['people'] }],
    clients: [
      {
        clientId: 'robot-client',
        name: 'Robot',
        confidential: true,
        grants: ['client_credentials'],
        scopes: null,
        serviceAccount: 'robot',
      },
    ],
    people: [{ username: 'weak', email: 'weak@example.com', roles: ['fine'] }],
  });
  const { json } = await service.ask('/users?q=weak', { token });
  weakId = json.items[0].id;
});
afterAll(() => service.close());

const HASH = `$2b$04$${'a'.repeat(53)}`;
const client = (over: object) => ({ clientId: 'way-up', name: 'X', confidential: true, grants: ['password'], ...over });

describe('no way up by an import', () => {
  it('what is within one’s rights is done', async () => {
    const { status, json } = await clerk.import({
      roles: [{ name: 'clerks', permissions: ['finance:read', 'finance:invoices:read'] }],
      groups: [{ name: 'Clerks', roles: ['clerks'] }],
      clients: [client({ clientId: 'fine-client', scopes: ['finance:read'] })],
      people: [{ username: 'weak', description: 'Known', groups: ['Clerks'], passwordHash: HASH }],
    });
    expect(status, JSON.stringify(json)).toBe(200);
    expect(json.people.updated).toBe(1);
  });

  it.each([
    ['one’s own role', { roles: [{ name: 'mover', permissions: ['*'] }] }],
    ['one’s own account, by a role', { people: [{ username: 'pat', roles: ['mover', 'administrator'] }] }],
    ['one’s own account, by a group', { people: [{ username: 'pat', groups: ['People'] }] }],
    ['a role of others', { roles: [{ name: 'fine', permissions: ['finance:read', 'hr:read'] }] }],
    ['a mightier role, made smaller', { roles: [{ name: 'people', permissions: [] }] }],
    ['a mightier role, described', { roles: [{ name: 'people', description: 'x' }] }],
    ['a new role', { roles: [{ name: 'new', permissions: ['hr:read'] }] }],
    ['a new role with everything', { roles: [{ name: 'new', permissions: ['*'] }] }],
    [
      'a new role by a permission of the same document',
      { permissions: [{ name: 'new:one' }], roles: [{ name: 'new', permissions: ['new:one'] }] },
    ],
    ['a group', { groups: [{ name: 'Fine', roles: ['people'] }] }],
    ['a mightier group, emptied', { groups: [{ name: 'People', roles: [] }] }],
    ['a new group', { groups: [{ name: 'New', roles: ['people'] }] }],
    ['a new person', { people: [{ username: 'new', roles: ['people'] }] }],
    ['a new person by a group', { people: [{ username: 'new', groups: ['People'] }] }],
    ['a mightier account’s password', { people: [{ username: 'frank', passwordHash: HASH }] }],
    ['a mightier account’s mail address', { people: [{ username: 'frank', email: 'pat@example.com' }] }],
    ['a mightier account’s name', { people: [{ username: 'frank', name: 'x' }] }],
    ['a mightier account, switched off', { people: [{ username: 'frank', isActive: false }] }],
    ['the administrator, demoted', { people: [{ username: 'admin', groups: [] }] }],
    ['a service account', { serviceAccounts: [{ username: 'robot', description: 'x' }] }],
    ['a new service account', { serviceAccounts: [{ username: 'new-robot', roles: ['people'] }] }],
    ['a client without a limit', { clients: [client({ scopes: null })] }],
    ['a client with a wider limit', { clients: [client({ scopes: ['hr:read'] })] }],
    [
      'a mightier service account’s client',
      {
        clients: [
          { clientId: 'robot-client', name: 'Mine', confidential: true, grants: ['client_credentials'], scopes: null },
        ],
      },
    ],
    ['a client for a mightier service account', { clients: [client({ scopes: [], serviceAccount: 'robot' })] }],
  ])('%s', async (_, document) => {
    const before = await admin.export('?passwordHashes=true');
    const harmless = { people: [{ username: 'harmless', email: 'harmless@example.com' }] };
    const whole = { ...document, people: [...harmless.people, ...(('people' in document && document.people) || [])] };
    for (const query of ['?dryRun=true', '']) {
      const { status, json } = await clerk.import(whole, query);
      expect(status, JSON.stringify(json)).toBe(403);
    }
    expect(await admin.export('?passwordHashes=true')).toBe(before);
  });

  it('a client is neither widened nor pointed elsewhere', async () => {
    await addClient(service, { clientId: 'wide', secret: 'x', grants: ['password'], scopes: ['hr:read'] });
    const wide = { clientId: 'wide', name: 'wide', confidential: true, grants: ['password'], scopes: ['hr:read'] };
    expect((await clerk.import({ clients: [wide] })).status).toBe(200);
    for (const over of [{ scopes: ['hr:*'] }, { scopes: null }, { redirectUris: ['https://pat.example/'] }]) {
      expect((await clerk.import({ clients: [{ ...wide, ...over }] })).status, JSON.stringify(over)).toBe(403);
    }
  });

  it('a narrowed token imports no more than it could', async () => {
    const narrowed = new Transfer(service, await service.login('admin', 'config:import finance:read'));
    expect((await narrowed.import({ roles: [{ name: 'narrow', permissions: ['finance:read'] }] })).status).toBe(200);
    expect((await narrowed.import({ roles: [{ name: 'narrow', permissions: ['hr:read'] }] })).status).toBe(403);
    expect((await narrowed.import({ people: [{ id: weakId, username: 'weak', roles: ['people'] }] })).status).toBe(403);
  });

  it('what doesn’t change may be as mighty as it is', async () => {
    const { status, json } = await clerk.import(await admin.export());
    expect(status, JSON.stringify(json)).toBe(200);
    expect(json.people).toMatchObject({ created: 0, updated: 0 });
  });

  it('the last administrator stays, and nothing of the import', async () => {
    const before = await admin.export();
    const { status, json } = await admin.import({
      permissions: [{ name: 'late:one' }],
      people: [{ username: 'admin', groups: [] }],
    });
    expect(status).toBe(409);
    expect(json.detail).toMatch(/Nobody would be left/);
    expect((await admin.import({ people: [{ username: 'admin', isActive: false }] }, '?dryRun=true')).status).toBe(409);
    expect(await admin.export()).toBe(before);
  });
});
