import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ChangeFeed } from '../src/server/changes/change-feed.js';
import { formatCursor, parseCursor } from '../src/server/changes/cursor.js';
import { createTestEnvironment, type Answer, type TestEnvironment } from './support/environment.js';
import { addClient, basic, claimsOf, pairFor } from './support/oauth.js';
import { createTestDatabase, type TestDatabase } from './support/postgres.js';
import { Proxy } from './support/proxy.js';
import { PATIENTLY } from './support/patience.js';

const SHOP = { clientId: 'shop', secret: 'the secret of the shop', audience: 'https://shop.test' };

let database: TestDatabase;
let proxy: Proxy;
/** Hears of everything at once, and from far away. */
let near: TestEnvironment;
let far: TestEnvironment;
let admin: string;

beforeAll(async () => {
  database = await createTestDatabase();
  const { hostname, port } = new URL(database.url);
  proxy = await Proxy.start({ host: hostname, port: Number(port) });
  const through = new URL(database.url);
  through.port = String(proxy.port);
  near = await createTestEnvironment({ databaseUrl: database.url });
  far = await createTestEnvironment({ databaseUrl: through.href });
  await addClient(near, { ...SHOP, grants: ['password'] });
  admin = await near.login('admin');
});
afterAll(async () => {
  proxy.heal();
  await near.close();
  await far.close();
  await proxy.stop();
  await database.drop();
});

const introspect = (service: TestEnvironment, token: string, position?: string): Promise<Answer> =>
  service.ask('/introspect', {
    form: { token },
    headers: {
      ...basic(SHOP.clientId, SHOP.secret),
      ...(position !== undefined && { 'gatehouse-position': position }),
    },
  });

async function shopToken(): Promise<string> {
  const client = { client_id: SHOP.clientId, client_secret: SHOP.secret };
  return (await pairFor(near, 'frank', client)).access_token;
}

/** Revokes it at the near instance; answers the position at which everybody can know it. */
async function revoke(token: string): Promise<string> {
  const { status } = await near.ask(`/tokens/${claimsOf(token).jti}`, { method: 'DELETE', token: admin });
  expect(status).toBe(204);
  return formatCursor(near.app.get(ChangeFeed, { strict: false }).cursor);
}

describe('Gatehouse-Position', () => {
  it('an instance that is behind catches up before it answers, so that nothing comes back to life', async () => {
    proxy.delayBy(40);
    let stale = 0;
    for (let round = 0; round < 8; round++) {
      const [token, control] = [await shopToken(), await shopToken()];
      for (const one of [token, control]) expect((await introspect(far, one)).json.active).toBe(true);
      await revoke(control);
      const position = await revoke(token);
      const [behind, told] = await Promise.all([introspect(far, control), introspect(far, token, position)]);
      // The far one would have answered by what it knew: that is what the header is for.
      if (behind.json.active) stale++;
      expect([told.status, told.text]).toEqual([200, '{"active":false}']);
    }
    expect(stale).toBeGreaterThan(0);
    proxy.heal();
  });

  it('one that can’t catch up says that it doesn’t know, and never what it knew before', async () => {
    const token = await shopToken();
    await vi.waitFor(async () => expect((await introspect(far, token)).json.active).toBe(true), PATIENTLY);
    proxy.goSilent();
    const position = await revoke(token);
    for (let n = 0; n < 3; n++) {
      const { status, headers } = await introspect(far, token, position);
      expect(status).toBe(503);
      expect(headers.get('retry-after')).toMatch(/^\d+$/);
    }
    proxy.heal();
    await vi.waitFor(
      async () => expect((await introspect(far, token, position)).text).toBe('{"active":false}'),
      PATIENTLY,
    );
  });

  it('the answer says at which position it holds, and never an earlier one than was asked for', async () => {
    const token = await shopToken();
    for (let round = 0; round < 5; round++) {
      const position = await revoke(await shopToken());
      const { as_of: asOf } = (await introspect(far, token, position)).json;
      expect(parseCursor(asOf)!.incarnation).toBe(parseCursor(position)!.incarnation);
      expect(parseCursor(asOf)!.position).toBeGreaterThanOrEqual(parseCursor(position)!.position);
    }
  });

  it('what changes while a token is looked up isn’t promised by the answer', async () => {
    const feed = near.app.get(ChangeFeed, { strict: false });
    const before = feed.cursor.position;
    const token = await shopToken();
    const asked = introspect(near, token);
    await near.change(`SELECT gatehouse.record_change('token', 'another')`);
    const { position } = parseCursor((await asked).json.as_of)!;
    expect(position).toBeGreaterThanOrEqual(before);
    expect(position).toBeLessThanOrEqual(feed.cursor.position);
  });

  it('a position of another incarnation can’t be reached: the answer says of which one it is', async () => {
    const token = await shopToken();
    const position = '00000000-0000-4000-8000-000000000000:99';
    const { status, json } = await introspect(near, token, position);
    expect([status, json.active]).toEqual([200, true]);
    expect(json.as_of).toBe(formatCursor(near.app.get(ChangeFeed, { strict: false }).cursor));
  });

  it('a position that the log hasn’t reached gets no answer, and one that isn’t one is the caller’s mistake', async () => {
    const token = await shopToken();
    const { incarnation } = near.app.get(ChangeFeed, { strict: false }).cursor;
    expect((await introspect(near, token, `${incarnation}:999999999`)).status).toBe(503);
    const { status, json } = await introspect(near, token, 'yesterday');
    expect([status, json.error]).toEqual([400, 'invalid_request']);
  });
});

describe('sid and as_of', () => {
  it('stand in answers about access tokens that are alive, and nowhere else', async () => {
    const own = await createTestEnvironment();
    await addClient(own, { ...SHOP, grants: ['password', 'refresh_token'] });
    const pair = await pairFor(own, 'frank', { client_id: SHOP.clientId, client_secret: SHOP.secret });
    const [session] = await own.database.query('SELECT id FROM gatehouse.sessions');
    expect((await introspect(own, pair.access_token)).json).toMatchObject({ sid: session.id });
    expect(Object.keys((await introspect(own, pair.refresh_token)).json)).not.toContain('as_of');
    await own.close();
  });
});
