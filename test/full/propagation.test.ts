import { tmpdir } from 'node:os';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startBuiltService, type BuiltService } from '../support/built-service.js';
import { preparePostgres, type PreparedPostgres } from '../support/postgres-server.js';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 90_000 });

const ROUNDS = 300;
let postgres: PreparedPostgres;
let instances: BuiltService[];
let sql: pg.Client;

beforeAll(async () => {
  postgres = await preparePostgres();
  await postgres.start();
  const env = {
    DATABASE_URL: postgres.url,
    DATA_DIR: tmpdir(),
    APP_SECRET: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa',
    PUBLIC_URL: 'http://gatehouse.test',
    BCRYPT_COST: '10',
    DATABASE_POOL_SIZE: '5',
  };
  instances = [
    await startBuiltService(env),
    await startBuiltService(env),
    await startBuiltService(env),
    await startBuiltService(env),
  ];
  sql = new pg.Client({ connectionString: postgres.url });
  await sql.connect();
});
afterAll(async () => {
  for (const instance of instances) await instance.stop();
  await sql.end();
  await postgres.remove();
});

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

async function login(username: string): Promise<string> {
  const [{ url, passwords }] = instances as [BuiltService];
  const body = new URLSearchParams({ username, password: passwords.get(username)! });
  return ((await (await fetch(`${url}/token`, { method: 'POST', body })).json()) as { access_token: string })
    .access_token;
}

/** Copies of one token in the registry wouldn't be signed; so many are logged in that each round has its own. */
async function tokens(count: number): Promise<string[]> {
  const made: string[] = [];
  while (made.length < count) made.push(...(await Promise.all(Array.from({ length: 10 }, () => login('frank')))));
  return made;
}

async function refusedAfter(instance: BuiltService, token: string, since: number): Promise<number> {
  for (;;) {
    const { status } = await fetch(`${instance.url}/finance/data`, bearer(token));
    if (status === 401) return performance.now() - since;
    if (performance.now() - since > 2_000) throw new Error('it was never refused');
  }
}

describe.each([2, 4])('with %i instances', (count) => {
  it(`a revocation at one is heard by every other: p99 of ${ROUNDS} under 60 ms`, async () => {
    const own = instances.slice(0, count);
    const admin = await login('admin');
    const times: number[] = [];
    for (const token of await tokens(ROUNDS)) {
      await Promise.all(own.map(({ url }) => fetch(`${url}/finance/data`, bearer(token))));
      const { jti } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { jti: string };
      const { status } = await fetch(`${own[0]!.url}/tokens/${jti}`, { method: 'DELETE', ...bearer(admin) });
      expect(status).toBe(204);
      const since = performance.now();
      times.push(...(await Promise.all(own.slice(1).map((instance) => refusedAfter(instance, token, since)))));
    }
    const sorted = times.toSorted((one, other) => one - other);
    const quantile = (q: number) => sorted[Math.floor(sorted.length * q)]!;
    process.stdout.write(
      `${count} instances: p50 ${quantile(0.5).toFixed(1)} ms, p99 ${quantile(0.99).toFixed(1)} ms\n`,
    );
    expect(quantile(0.99)).toBeLessThan(60);
  });
});
