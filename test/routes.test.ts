import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RouteInventory, type Route } from '../src/access/index.js';
import { Account, alternativesOf, sayCondition, type Alternative } from '../src/policy/index.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';

let service: TestEnvironment;
let routes: readonly Route[];

beforeAll(async () => {
  service = await createTestEnvironment();
  routes = service.app.get(RouteInventory).routes;
});
afterAll(() => service.close());

/** The route with something of the right form in the place of its parameters. */
const addressOf = ({ path }: Route) => path.replaceAll(/:\w+/g, '00000000-0000-4000-8000-000000000000');
const say = ({ access, beforePasswordChange }: Route) =>
  access === 'public'
    ? 'everybody'
    : sayCondition(access) + (beforePasswordChange ? ', before a password change too' : '');

describe('who can reach what', () => {
  it('is what it was: a difference here changes who can reach what, and belongs into the review', async () => {
    const lines = routes.map((route) => `${route.method.padEnd(6)} ${route.path.padEnd(46)} ${say(route)}`);
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('routes.snapshot.txt');
  });
});

describe('the authorization matrix, made from the routes themselves', () => {
  it('RFC 6750 §3: nobody who is anonymous reaches a protected route', async () => {
    for (const route of routes) {
      const { status } = await service.ask(addressOf(route), { method: route.method });
      if (route.access === 'public') expect([401, 403], `${route.method} ${route.path}`).not.toContain(status);
      else expect(status, `${route.method} ${route.path}`).toBe(401);
    }
  });

  it('nobody without the permission reaches a route that needs one, and its holder does', async () => {
    const pat = await service.login('pat');
    const admin = await service.login('admin');
    for (const route of routes) {
      if (route.access === 'public') continue;
      const name = `${route.method} ${route.path}`;
      const ask = (token: string) => service.ask(addressOf(route), { method: route.method, token });
      const alternatives = alternativesOf(route.access);
      // Where a check may decide alone, or what everybody has is enough, pat isn't refused by a permission.
      const needed = ({ permissions }: Alternative) =>
        permissions.some((permission) => permission !== Account.self.name);
      if (alternatives.every((alternative) => !alternative.byPermissions || needed(alternative))) {
        expect((await ask(pat)).status, name).toBe(403);
      }
      if (alternatives.some(({ byPermissions }) => byPermissions)) {
        expect([401, 403], name).not.toContain((await ask(admin)).status);
      }
    }
  });

  it('a token narrowed to one permission reaches what that permission opens, and nothing else', async () => {
    const token = await service.login('admin', 'finance:read');
    for (const route of routes) {
      if (route.access === 'public') continue;
      const opened = alternativesOf(route.access).some(
        ({ permissions, byPermissions }) => byPermissions && permissions.every((name) => name === 'finance:read'),
      );
      const { status } = await service.ask(addressOf(route), { method: route.method, token });
      if (opened) expect(status, `${route.method} ${route.path}`).not.toBe(401);
      else expect(status, `${route.method} ${route.path}`).toBe(403);
    }
  });
});
