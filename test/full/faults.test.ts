import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startBuiltService, type BuiltService } from '../support/built-service.js';
import { preparePostgres, type PreparedPostgres } from '../support/postgres-server.js';
import { Proxy } from '../support/proxy.js';
import { acceptedDead, Traffic } from '../support/traffic.js';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

/** The hard bound at an instance, and the time in which it is back. Milliseconds. */
const BOUND = 250;
const BACK = 2_000;

/** Sets the wall clock of the process back by an hour, as somebody would who sets the machine's. */
const CLOCK = `process.on('SIGUSR2', () => { const real = Date.now; Date.now = () => real() - 3_600_000; });`;

let postgres: PreparedPostgres;
let proxy: Proxy;
/** Reaches the database through the proxy. */
let instance: BuiltService;
let sql: pg.Client;
let env: Record<string, string>;
let password: string;
let tokens: string[];
let deadAt: Map<string, number>;

beforeAll(async () => {
  postgres = await preparePostgres();
  await postgres.start();
  const { hostname, port } = new URL(postgres.url);
  proxy = await Proxy.start({ host: hostname, port: Number(port) });
  const through = new URL(postgres.url);
  through.port = String(proxy.port);
  const clock = join(tmpdir(), `gatehouse-clock-${process.pid}.cjs`);
  await writeFile(clock, CLOCK);
  env = {
    DATABASE_URL: through.href,
    DATA_DIR: tmpdir(),
    APP_SECRET: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa',
    PUBLIC_URL: 'http://gatehouse.test',
    BCRYPT_COST: '10',
    NODE_OPTIONS: `--require ${clock}`,
  };
  instance = await startBuiltService(env);
  password = instance.passwords.get('frank')!;
  sql = await connect();
});

afterAll(async () => {
  await instance.stop('SIGKILL');
  await sql.end().catch(() => {});
  await proxy.stop();
  await postgres.remove();
});

beforeEach(async () => {
  tokens = await Promise.all(Array.from({ length: 12 }, login));
  deadAt = new Map();
});

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: postgres.url });
  client.on('error', () => {});
  await client.connect();
  return client;
}

async function login(): Promise<string> {
  const response = await fetch(`${instance.url}/token`, {
    method: 'POST',
    body: new URLSearchParams({ username: 'frank', password }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

/** Revokes one more of the tokens, past the instance, and notes when that was acknowledged. */
async function revoke(): Promise<void> {
  const token = tokens[deadAt.size]!;
  const { jti } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { jti: string };
  await sql.query('UPDATE gatehouse.tokens SET revoked_at = now() WHERE jti = $1', [jti]);
  deadAt.set(token, performance.now());
}

/** Runs a fault under traffic, with revocations before, during and after it; checks both promises. */
async function underTraffic(fault: (heal: () => void) => Promise<void>): Promise<void> {
  const traffic = new Traffic(`${instance.url}/finance/data`, tokens);
  await traffic.next(200, 5_000);
  await revoke();
  let healed = 0;
  await fault(() => (healed = performance.now()));
  const back = await traffic.next(200, 10_000);
  await revoke();
  await sleep(BOUND + 250);
  const seen = await traffic.stop();
  expect(acceptedDead(seen, deadAt, BOUND)).toEqual([]);
  expect(seen.filter(({ status }) => status === 200).length).toBeGreaterThan(20);
  // Dead tokens are refused as dead, and living ones never are.
  expect(seen.filter(({ status, token }) => status === 401 && !deadAt.has(token))).toEqual([]);
  expect(seen.some(({ status, token }) => status === 401 && deadAt.has(token))).toBe(true);
  expect(back - healed).toBeLessThan(BACK);
}

describe('no token is accepted that has been dead for longer than 250 ms, and all is back within 2 s', () => {
  it('when the connection of the poll is cut, again and again', () =>
    underTraffic(async (heal) => {
      for (let cut = 0; cut < 5; cut++) {
        await sql.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gatehouse changes'`,
        );
        await revoke();
        await sleep(100);
      }
      heal();
    }));

  it('when a proxy delays everything by 2 s', () =>
    underTraffic(async (heal) => {
      proxy.delayBy(2_000);
      for (let n = 0; n < 5; n++) {
        await revoke();
        await sleep(900);
      }
      proxy.heal();
      heal();
    }));

  it('when the network to the database goes silent', () =>
    underTraffic(async (heal) => {
      proxy.goSilent();
      for (let n = 0; n < 3; n++) {
        await revoke();
        await sleep(1_000);
      }
      proxy.heal();
      heal();
    }));

  it('when PostgreSQL is stopped for 10 s and started', () =>
    underTraffic(async (heal) => {
      await postgres.stop();
      await sleep(10_000);
      await postgres.start();
      heal();
      sql = await connect();
      await revoke();
    }));

  it('when the instance is paused for 5 s past several revocations, its sockets full', () =>
    underTraffic(async (heal) => {
      instance.process.kill('SIGSTOP');
      for (let n = 0; n < 5; n++) {
        await revoke();
        await sleep(1_000);
      }
      instance.process.kill('SIGCONT');
      heal();
    }));

  it('when it is killed with -9 and started again', async () => {
    await revoke();
    await instance.stop('SIGKILL');
    await revoke();
    instance = await startBuiltService(env);
    const status = async (token: string) =>
      (await fetch(`${instance.url}/finance/data`, { headers: { authorization: `Bearer ${token}` } })).status;
    for (const token of tokens) expect(await status(token)).toBe(deadAt.has(token) ? 401 : 200);
  });

  it('when its wall clock is set back by an hour', async () => {
    await underTraffic(async (heal) => {
      instance.process.kill('SIGUSR2');
      heal();
      for (let n = 0; n < 3; n++) {
        await revoke();
        await sleep(300);
      }
    });
    // Tokens that it would issue from now on would be an hour old.
    await instance.stop('SIGKILL');
    instance = await startBuiltService(env);
  });
});

describe('a replica', () => {
  it('is not believed: its truth is old', async () => {
    const traffic = new Traffic(`${instance.url}/finance/data`, tokens);
    await traffic.next(200, 5_000);
    await sql.end();
    await postgres.stop();
    await postgres.startAsReplica();
    expect((await fetch(`${instance.url}/health/live`)).status).toBe(200);
    const from = performance.now();
    await sleep(2_000);
    const seen = await traffic.stop();
    expect(seen.filter(({ status, start }) => status === 200 && start > from + BOUND)).toEqual([]);
    expect(seen.some(({ status, start }) => status === 503 && start > from)).toBe(true);
  });
});
