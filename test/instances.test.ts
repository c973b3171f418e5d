import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChangeFeed } from '../src/server/changes/change-feed.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { createTestDatabase } from './support/postgres.js';

let instances: TestEnvironment[];
let drop: () => Promise<void>;

beforeAll(async () => {
  const database = await createTestDatabase();
  drop = database.drop;
  const first = await createTestEnvironment({ databaseUrl: database.url });
  const others = await Promise.all([1, 2, 3].map(() => createTestEnvironment({ databaseUrl: database.url })));
  instances = [first, ...others];
});
afterAll(async () => {
  for (const instance of instances) await instance.close();
  await drop();
});

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());

/**
 * Asks every instance until it answers the token with the status. Milliseconds from now until the last request began that
 * was answered otherwise: on a busy machine an answer takes its time, but nothing is decided by what is known too long.
 */
async function lastOtherwise(token: string, path: string, expected: number): Promise<number> {
  const start = performance.now();
  const lasts = instances.map(async (instance) => {
    for (let last = 0; ;) {
      const asked = performance.now() - start;
      const { status } = await instance.ask(path, { token });
      if (status === expected) return last;
      if (asked > 10_000) throw new Error(`still ${status}`);
      last = asked;
    }
  });
  return Math.max(...(await Promise.all(lasts)));
}

/** Logs somebody in at one instance, and lets all of them know the token. */
async function known(username: string, path: string): Promise<string> {
  const token = await instances[0]!.login(username);
  expect(await lastOtherwise(token, path, 200)).toBeLessThan(2_000);
  return token;
}

describe('four instances on one PostgreSQL', () => {
  it('a token revoked at one is refused there at once, and everywhere within the bound', async () => {
    for (let round = 0; round < 5; round++) {
      const token = await known('frank', '/finance/data');
      const admin = await instances[0]!.login('admin');
      const path = `/tokens/${claimsOf(token).jti}`;
      expect((await instances[1]!.ask(path, { method: 'DELETE', token: admin })).status).toBe(204);
      expect((await instances[1]!.ask('/finance/data', { token })).status).toBe(401);
      expect(await lastOtherwise(token, '/finance/data', 401)).toBeLessThan(250);
    }
  });

  it('a role taken from a group counts everywhere', async () => {
    const token = await known('heidi', '/hr/data');
    await instances[2]!.change(
      `DELETE FROM gatehouse.group_roles WHERE group_id = (SELECT id FROM gatehouse.groups WHERE name = 'hr')`,
    );
    expect(await lastOtherwise(token, '/hr/data', 403)).toBeLessThan(250);
  });

  it('an account disabled is refused everywhere, and enabling it brings nothing back', async () => {
    const token = await known('maria', '/marketing/data');
    await instances[3]!.change(`UPDATE gatehouse.accounts SET is_active = false WHERE username = 'maria'`);
    expect(await lastOtherwise(token, '/marketing/data', 401)).toBeLessThan(250);
    await instances[3]!.change(`UPDATE gatehouse.accounts SET is_active = true WHERE username = 'maria'`);
    for (const instance of instances) await instance.app.get(ChangeFeed, { strict: false }).catchUp();
    expect(await lastOtherwise(token, '/marketing/data', 401)).toBeLessThan(250);
  });

  it('keys rotated in an emergency end every token everywhere', async () => {
    const token = await known('frank', '/finance/data');
    const admin = await instances[0]!.login('admin');
    const rotated = await instances[0]!.ask('/keys/rotate', { token: admin, json: { revokeOutstanding: true } });
    expect(rotated.status).toBe(200);
    expect(await lastOtherwise(token, '/finance/data', 401)).toBeLessThan(250);
    const again = await instances[0]!.login('frank');
    expect(await lastOtherwise(again, '/finance/data', 200)).toBeLessThan(250);
  });
});
