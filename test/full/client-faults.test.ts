import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startBuiltService, type BuiltService } from '../support/built-service.js';
import type { CompiledSources } from '../support/child-process.js';
import { compileClient, startClientProcess, type ClientProcess } from '../support/client-process.js';
import { connect, type ConnectedClient } from '../support/connected.js';
import { TestEnvironment } from '../support/environment.js';
import { basic, claimsOf } from '../support/oauth.js';
import { freePort, preparePostgres, type PreparedPostgres } from '../support/postgres-server.js';
import { Proxy } from '../support/proxy.js';
import { acceptedDead, Traffic } from '../support/traffic.js';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

/** The hard bound at a connected application, and the time in which it is back. Milliseconds. */
const BOUND = 1_000;
const BACK = 5_000;

let postgres: PreparedPostgres;
/** Between the instance and its database. */
let behind: Proxy;
/** Between the application and the instance. */
let front: Proxy;
let instance: BuiltService;
let second: BuiltService;
let service: TestEnvironment;
let sql: pg.Client;
let sources: CompiledSources;
let client: ConnectedClient;
let app: ClientProcess;
let tokens: string[];
let deadAt: Map<string, number>;

beforeAll(async () => {
  sources = await compileClient();
  postgres = await preparePostgres();
  await postgres.start();
  const { hostname, port } = new URL(postgres.url);
  behind = await Proxy.start({ host: hostname, port: Number(port) });
  const through = new URL(postgres.url);
  through.port = String(behind.port);
  const own = await freePort();
  front = await Proxy.start({ host: '127.0.0.1', port: own });
  const env = {
    DATA_DIR: tmpdir(),
    APP_SECRET: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa',
    PUBLIC_URL: `http://127.0.0.1:${front.port}`,
    BCRYPT_COST: '10',
  };
  instance = await startBuiltService({ ...env, DATABASE_URL: through.href, PORT: String(own) });
  second = await startBuiltService({ ...env, DATABASE_URL: postgres.url });
  service = new TestEnvironment(
    null as never,
    second.url,
    { publicUrl: env.PUBLIC_URL } as never,
    instance.passwords,
    [],
    async () => {},
  );
  sql = new pg.Client({ connectionString: postgres.url });
  sql.on('error', () => {});
  await sql.connect();
  client = await connect(service, 'shop');
  await sql.query(`
    WITH role AS (INSERT INTO gatehouse.roles (name, name_key) VALUES ('clerk', 'clerk') RETURNING id),
         holds AS (INSERT INTO gatehouse.role_permissions (role_id, pattern) SELECT id, 'shop:orders:read' FROM role),
         known AS (INSERT INTO gatehouse.permissions (name, description) VALUES ('shop:orders:read', ''))
    INSERT INTO gatehouse.account_roles (account_id, role_id)
    SELECT accounts.id, role.id FROM gatehouse.accounts, role WHERE username = 'frank'`);
});

afterAll(async () => {
  await instance?.stop('SIGKILL');
  await second?.stop('SIGKILL');
  await sql?.end();
  await front?.stop();
  await behind?.stop();
  await postgres?.remove();
  await sources?.remove();
});

beforeEach(async () => {
  tokens = await Promise.all(Array.from({ length: 12 }, login));
  deadAt = new Map();
});
afterEach(async () => {
  front.heal();
  behind.heal();
  await app?.child.kill();
});

/** At the instance that no fault reaches. */
async function login(): Promise<string> {
  const form = { username: 'frank', password: service.passwords.get('frank')!, resource: client.audience };
  const { status, json, text } = await service.ask('/token', { form });
  expect(status, text).toBe(200);
  return json.access_token;
}

async function kill(token: string): Promise<void> {
  await sql.query('UPDATE gatehouse.tokens SET revoked_at = now() WHERE jti = $1', [claimsOf(token).jti]);
  deadAt.set(token, performance.now());
}

/** Revokes one more of the tokens, past both instances, and notes when that was acknowledged. */
const revoke = (): Promise<void> => kill(tokens[deadAt.size]!);

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const isReady = async (): Promise<boolean> => (await app.status()).deciding === 'memory';

async function start(more: object = {}): Promise<void> {
  app = await startClientProcess(sources, { ...client, issuer: service.settings.publicUrl, ...more });
  await vi.waitUntil(isReady, { timeout: 5_000 });
}

/** Runs a fault under traffic, with revocations before, during and after it; checks the promise. */
async function underTraffic(fault: (heal: () => void) => Promise<void>): Promise<void> {
  const traffic = new Traffic(`${app.url}/`, tokens);
  await traffic.next(200, 5_000);
  await revoke();
  let healed = 0;
  await fault(() => (healed = performance.now()));
  await vi.waitUntil(isReady, { timeout: 10_000, interval: 20 });
  const back = performance.now();
  await traffic.next(200, 5_000);
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

describe.each(['introspect', 'refuse'])(
  'whenUnreachable: %s. No token is accepted that has been dead for longer than 1 s',
  (mode) => {
    beforeEach(() => start({ whenUnreachable: mode }));

    it('when the connections to the service are cut, again and again', () =>
      underTraffic(async (heal) => {
        for (let cut = 0; cut < 5; cut++) {
          front.cut();
          await revoke();
          await sleep(150);
        }
        heal();
      }));

    it('when the connections are half closed: nothing comes, and nobody says so', () =>
      underTraffic(async (heal) => {
        front.goSilent();
        for (let n = 0; n < 4; n++) {
          await revoke();
          await sleep(900);
        }
        front.heal();
        heal();
      }));

    it('when a proxy delays everything by an even 2 s', () =>
      underTraffic(async (heal) => {
        front.delayBy(2_000);
        for (let n = 0; n < 6; n++) {
          await revoke();
          await sleep(900);
        }
        front.heal();
        heal();
      }));

    it('when everything is held back for 3 s and then floods', () =>
      underTraffic(async (heal) => {
        for (let n = 0; n < 2; n++) {
          front.holdBack();
          await revoke();
          await sleep(1_500);
          await revoke();
          await sleep(1_500);
          front.flood();
          await sleep(300);
        }
        heal();
      }));

    it('when the instance is cut off from its database, and the application isn’t from the instance', () =>
      underTraffic(async (heal) => {
        behind.goSilent();
        for (let n = 0; n < 4; n++) {
          await revoke();
          await sleep(900);
        }
        behind.heal();
        heal();
      }));

    it('when the application is paused for 5 s past several revocations, its sockets full', () =>
      underTraffic(async (heal) => {
        app.child.process.kill('SIGSTOP');
        for (let n = 0; n < 5; n++) {
          await revoke();
          await sleep(1_000);
        }
        app.child.process.kill('SIGCONT');
        heal();
      }));

    it('when its wall clock is set back by an hour', () =>
      underTraffic(async (heal) => {
        app.child.process.kill('SIGUSR2');
        heal();
        for (let n = 0; n < 4; n++) {
          await revoke();
          await sleep(300);
        }
      }));
  },
);

describe('an answer from before a drop', () => {
  it('is not used when the drop arrives while the answer is on its way', async () => {
    await start({ slowIntrospection: 300 });
    for (const token of tokens) {
      const asked = fetch(`${app.url}/`, bearer(token));
      await sleep(100);
      await kill(token);
      expect((await asked).status).toBe(401);
    }
  });

  it('is not given by an instance that is behind the one that told of the drop', async () => {
    await start({ routes: { '/events': second.url } });
    // Its looks take so long that it is behind, and not so long that it would say nothing.
    behind.delayBy(35);
    for (const token of tokens) {
      // The instance that is behind knows the token, and would answer from memory.
      const introspected = await fetch(`${instance.url.replace(/\d+$/, String(front.port))}/introspect`, {
        method: 'POST',
        body: new URLSearchParams({ token }),
        headers: basic(client.clientId, client.clientSecret),
      });
      expect(introspected.status).toBe(200);
      const { cursor } = (await app.status()).stream;
      await kill(token);
      await vi.waitUntil(async () => (await app.status()).stream.cursor !== cursor, { timeout: 2_000, interval: 2 });
      expect((await fetch(`${app.url}/`, bearer(token))).status).not.toBe(200);
    }
  });
});
