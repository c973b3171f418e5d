import fc from 'fast-check';
import { claimsOf } from '../support/oauth.js';
import { LOGIN_CLIENTS, type Model, type ModelToken, PEOPLE, ROBOT } from './model.js';
import { at, command, settle } from './step.js';
import type { World } from './world.js';

const person = fc.constantFrom(...PEOPLE);
const loginClient = fc.constantFrom(...LOGIN_CLIENTS);
const scope = fc.option(
  fc.constantFrom(
    ['finance:read'],
    ['finance:read', 'finance:invoices:read'],
    ['marketing:read'],
    ['account:self'],
    ['finance:read', 'account:self'],
    ['no:such'],
  ),
  { nil: undefined, freq: 2 },
);
const pick = fc.nat(1_000);
const isForeign = fc.integer({ min: 0, max: 9 }).map((number) => number === 0);

/** One of the tokens there are, by a number that needn't be below their count. */
const chosen = (tokens: readonly ModelToken[], number: number): ModelToken => tokens[number % tokens.length]!;
const some = (kind: ModelToken['kind']) => (model: Model) => model.of(kind).length > 0;
const otherClient = ({ client }: ModelToken) => (client === 'kiosk' ? 'gatehouse' : 'kiosk');
const text = (names: readonly string[] | undefined) => names?.join(' ');

/** How every sequence begins, so that there is something to be about. */
export async function begin(model: Model, world: World): Promise<void> {
  for (const [who, client] of [
    ['ann', 'gatehouse'],
    ['bob', 'kiosk'],
  ] as const) {
    const form = { username: who, password: world.password, client_id: client };
    settle(await world.ask(0, '/token', { form }), model.logIn(who, client, undefined));
  }
}

export const logIn = fc.record({ at, who: person, client: loginClient, scope }).map((it) =>
  command({
    name: `login ${it.who} by ${it.client} for ${text(it.scope) ?? 'all'}`,
    at: it.at,
    take: async (model, world) => {
      const form = { username: it.who, password: world.password, scope: text(it.scope), client_id: it.client };
      settle(await world.ask(it.at, '/token', { form }), model.logIn(it.who, it.client, it.scope));
    },
  }),
);

export const getServiceToken = fc.record({ at, scope }).map((it) =>
  command({
    name: `client-credentials for ${text(it.scope) ?? 'all'}`,
    at: it.at,
    take: async (model, world) => {
      const form = { grant_type: 'client_credentials', scope: text(it.scope), ...world.credentials(ROBOT) };
      settle(await world.ask(it.at, '/token', { form }), model.getServiceToken(it.scope));
    },
  }),
);

export const makeServiceToken = fc.record({ at, scope }).map((it) =>
  command({
    name: `service-token for ${text(it.scope) ?? 'all'}`,
    at: it.at,
    take: async (model, world) => {
      const json = { name: 'a token', scope: text(it.scope) };
      const path = `/service-accounts/${world.id('accounts', ROBOT)}/tokens`;
      settle(await world.askAsAdmin(it.at, path, { json }), model.makeServiceToken(it.scope));
    },
  }),
);

export const refresh = fc.record({ at, pick, scope, isForeign }).map((it) =>
  command({
    name: `refresh ${it.pick} for ${text(it.scope) ?? 'all'}${it.isForeign ? ' by another client' : ''}`,
    at: it.at,
    possible: some('refresh'),
    take: async (model, world) => {
      const token = chosen(model.of('refresh'), it.pick);
      const client = it.isForeign ? otherClient(token) : token.client;
      const form = {
        grant_type: 'refresh_token',
        refresh_token: token.value,
        scope: text(it.scope),
        client_id: client,
      };
      settle(await world.ask(it.at, '/token', { form }), model.refresh(token, client, it.scope));
    },
  }),
);

export const revoke = fc.record({ at, pick, isForeign }).map((it) =>
  command({
    name: `revoke ${it.pick}${it.isForeign ? ' by another client' : ''}`,
    at: it.at,
    possible: ({ tokens }) => tokens.length > 0,
    take: async (model, world) => {
      const token = chosen(model.tokens, it.pick);
      const client = it.isForeign ? otherClient(token) : token.client;
      const form = { token: token.value, ...world.credentials(client) };
      settle(await world.ask(it.at, '/revoke', { form }), model.revoke(token, client));
    },
  }),
);

export const endByAdmin = fc.record({ at, pick }).map((it) =>
  command({
    name: `delete-token ${it.pick}`,
    at: it.at,
    possible: some('access'),
    take: async (model, world) => {
      const token = chosen(model.of('access'), it.pick);
      model.endWith(token);
      const path = `/tokens/${claimsOf(token.value).jti}`;
      settle(await world.askAsAdmin(it.at, path, { method: 'DELETE' }), '204');
    },
  }),
);

export const endOthers = fc.record({ at, pick }).map((it) =>
  command({
    name: `end-others ${it.pick}`,
    at: it.at,
    possible: some('access'),
    take: async (model, world) => {
      const token = chosen(model.of('access'), it.pick);
      const expected = model.endOthers(token);
      const reply = await world.ask(it.at, '/users/me/sessions', { method: 'DELETE', token: token.value });
      settle(reply, String(expected));
    },
  }),
);

export const endAll = fc.record({ at, who: person }).map((it) =>
  command({
    name: `end-all ${it.who}`,
    at: it.at,
    take: async (model, world) => {
      model.endAllOf(it.who);
      const path = `/users/${world.id('accounts', it.who)}/sessions`;
      settle(await world.askAsAdmin(it.at, path, { method: 'DELETE' }), '204');
    },
  }),
);

export const rotate = fc.record({ at }).map((it) =>
  command({
    name: 'rotate',
    at: it.at,
    take: async (_, world) => {
      settle(await world.askAsAdmin(it.at, '/keys/rotate', { json: {} }), '200');
    },
  }),
);

export const revokeKeys = fc.record({ at }).map((it) =>
  command({
    name: 'revoke-keys',
    at: it.at,
    take: async (model, world) => {
      model.revokeKeys();
      const json = { revokeOutstanding: true };
      settle(await world.askAsAdmin(it.at, '/keys/rotate', { json }), '200');
    },
  }),
);

export const restart = fc
  .record({ at })
  .map((it) => command({ name: 'restart', at: it.at, take: (_, world) => world.restart(it.at) }));

export const outwaitLeeway = fc.record({ at }).map((it) =>
  command({
    name: 'outwait-leeway',
    at: it.at,
    possible: ({ tokens }) => tokens.some(({ used }) => used === 'lately'),
    take: async (model, world) => {
      model.outwaitLeeway();
      await world.change(it.at, `UPDATE gatehouse.tokens SET superseded_at = superseded_at - interval '1 hour'`, []);
    },
  }),
);
