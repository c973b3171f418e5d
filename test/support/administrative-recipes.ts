import { randomUUID } from 'node:crypto';
import type { TestEnvironment } from './environment.js';
import { claimsOf } from './oauth.js';

/** A request to an operation that is going to succeed, and the one audit event that it leaves. */
export interface AdministrativeAct {
  /** In the place of the parameters in the path. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly json?: unknown;
  /** The kind of the event, and the id or name of its target where that is known before. */
  readonly kind: string;
  readonly target?: string;
}

/** Makes what the act needs to be there, as the administrator. */
export type AdministrativeRecipe = (service: TestEnvironment, admin: string) => Promise<AdministrativeAct>;

const fresh = (): string => `a${randomUUID().slice(0, 8)}`;

async function made(service: TestEnvironment, token: string, path: string, json: unknown): Promise<any> {
  const answer = await service.ask(path, { token, json });
  if (answer.status !== 201) throw new Error(`${path}: ${answer.text}`);
  return answer.json;
}

const newClient = () => ({
  clientId: fresh(),
  name: 'A shop',
  confidential: true,
  grants: ['password', 'refresh_token'],
  scopes: null,
});
const aClient = async (service: TestEnvironment, admin: string) =>
  (await made(service, admin, '/clients', newClient())).clientId as string;
const aServiceAccount = async (service: TestEnvironment, admin: string) =>
  (await made(service, admin, '/service-accounts', { username: fresh() })).id as string;
const aPerson = async (service: TestEnvironment, admin: string) => {
  const username = fresh();
  return (await made(service, admin, '/users', { username, email: `${username}@example.org` })).id as string;
};
const frank = async (service: TestEnvironment) => claimsOf(await service.login('frank')).sub as string;

/** For what is known by its name: how one is made, changed and deleted. */
function recipesOf(
  thing: 'Group' | 'Role' | 'Permission',
  newOne: () => { name: string },
  ...changes: readonly object[]
): Readonly<Record<string, readonly AdministrativeRecipe[]>> {
  const kind = thing.toLowerCase();
  const one = async (service: TestEnvironment, admin: string) =>
    (await made(service, admin, `/${kind}s`, newOne())).name as string;
  return {
    [`create${thing}`]: [
      async () => {
        const json = newOne();
        return { json, kind: `${kind}.created`, target: json.name };
      },
    ],
    [`update${thing}`]: changes.map((json): AdministrativeRecipe => {
      return async (...as) => {
        const name = await one(...as);
        return { path: { name }, json, kind: `${kind}.updated`, target: name };
      };
    }),
    [`delete${thing}`]: [
      async (...as) => {
        const name = await one(...as);
        return { path: { name }, kind: `${kind}.deleted`, target: name };
      },
    ],
  };
}

/**
 * For each administrative operation that changes something, by its id, the ways to do it. A new operation needs a line
 * here: a test fails until it has one.
 */
export const ADMINISTRATIVE_RECIPES: Readonly<Record<string, readonly AdministrativeRecipe[]>> = {
  ...recipesOf('Group', () => ({ name: fresh(), roles: [] }), { description: 'Another' }, { roles: ['finance'] }),
  ...recipesOf('Role', () => ({ name: fresh(), permissions: ['finance:read'] }), { permissions: ['hr:*'] }),
  ...recipesOf('Permission', () => ({ name: `${fresh()}:read`, description: 'Read' }), { description: 'Another' }),
  createClient: [
    async () => {
      const json = newClient();
      return { json, kind: 'client.created', target: json.clientId };
    },
  ],
  updateClient: [
    async (...as) => {
      const clientId = await aClient(...as);
      return { path: { clientId }, json: { name: 'Another shop' }, kind: 'client.updated', target: clientId };
    },
    async (...as) => {
      const clientId = await aClient(...as);
      return { path: { clientId }, json: { isActive: false }, kind: 'client.updated', target: clientId };
    },
  ],
  deleteClient: [
    async (...as) => {
      const clientId = await aClient(...as);
      return { path: { clientId }, kind: 'client.deleted', target: clientId };
    },
  ],
  createClientSecret: [
    async (...as) => {
      const clientId = await aClient(...as);
      return { path: { clientId }, query: '?overlap=1h', kind: 'client.secret-made', target: clientId };
    },
  ],
  createUser: [
    async () => {
      const username = fresh();
      const json = { username, email: `${username}@example.org`, password: randomUUID(), groups: ['finance'] };
      return { json, kind: 'user.created' };
    },
  ],
  updateUser: [
    async (...as) => {
      const id = await aPerson(...as);
      return { path: { id }, json: { name: 'Ann', roles: ['hr'] }, kind: 'user.updated', target: id };
    },
    async (...as) => {
      const id = await aPerson(...as);
      return { path: { id }, json: { password: randomUUID() }, kind: 'user.updated', target: id };
    },
  ],
  resetPasswordOf: [
    async (...as) => {
      const id = await aPerson(...as);
      return { path: { id }, kind: 'user.password-reset-requested', target: id };
    },
  ],
  unblockUser: [
    async (...as) => {
      const id = await aPerson(...as);
      return { path: { id }, kind: 'user.unblocked', target: id };
    },
  ],
  deleteUser: [
    async (...as) => {
      const id = await aPerson(...as);
      return { path: { id }, kind: 'user.deleted', target: id };
    },
  ],
  importConfig: [
    async () => {
      const json = {
        format: 'gatehouse',
        version: 1,
        permissions: [],
        roles: [],
        groups: [{ name: fresh(), description: '', roles: [] }],
        clients: [],
        serviceAccounts: [],
        people: [],
      };
      return { json, kind: 'config.imported' };
    },
  ],
  createServiceAccount: [
    async () => ({ json: { username: fresh(), groups: ['finance'] }, kind: 'service-account.created' }),
  ],
  updateServiceAccount: [
    async (...as) => {
      const id = await aServiceAccount(...as);
      return { path: { id }, json: { name: 'Robot', groups: ['hr'] }, kind: 'service-account.updated', target: id };
    },
  ],
  deleteServiceAccount: [
    async (...as) => {
      const id = await aServiceAccount(...as);
      return { path: { id }, kind: 'service-account.deleted', target: id };
    },
  ],
  createServiceAccountSecret: [
    async (...as) => {
      const id = await aServiceAccount(...as);
      return { path: { id }, kind: 'service-account.secret-made', target: id };
    },
  ],
  createServiceAccountToken: [
    async (...as) => {
      const id = await aServiceAccount(...as);
      return { path: { id }, json: { name: 'Nightly' }, kind: 'service-account.token-made', target: id };
    },
  ],
  endSessionsOf: [
    async (service) => {
      const id = await frank(service);
      return { path: { id }, kind: 'user.sessions-ended', target: id };
    },
  ],
  deleteToken: [
    async (service) => {
      const { jti } = claimsOf(await service.login('frank'));
      return { path: { jti }, kind: 'token.revoked', target: jti };
    },
  ],
  rotateKeys: [
    async () => ({ json: {}, kind: 'keys.rotated' }),
    async () => ({ json: { revokeOutstanding: true }, kind: 'keys.revoked' }),
  ],
};
