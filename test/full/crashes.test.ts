import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import pg from 'pg';
import { DidNotStart, makeDataDir, startBuiltService, type BuiltService, type Kill } from '../support/built-service.js';
import { ask } from '../support/http.js';
import { createTestDatabase } from '../support/postgres.js';
import { preparePostgres, type PreparedPostgres } from '../support/postgres-server.js';
import { randomFrom, Storm } from '../support/storm.js';
import { unsound } from '../support/soundness.js';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 90_000 });

const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 20);
const SECRET = 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa';

const seed = Number(process.env['CRASH_SEED'] ?? Date.now() % 1_000_000);
const random = randomFrom(seed);
process.stdout.write(`CRASH_SEED=${seed}\n`);

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
});

type Env = Record<string, string>;

async function settings(databaseUrl: string): Promise<Env> {
  const { path, remove } = await makeDataDir();
  cleanUp.push(remove);
  return {
    DATA_DIR: path,
    DATABASE_URL: databaseUrl,
    APP_SECRET: SECRET,
    PUBLIC_URL: 'http://gatehouse.test',
    BCRYPT_COST: '10',
    REFRESH_REUSE_LEEWAY: '0s',
  };
}

async function start(env: Env): Promise<BuiltService> {
  const service = await startBuiltService(env);
  cleanUp.push(async () => service.process.exitCode ?? service.process.signalCode ?? service.stop('SIGKILL'));
  return service;
}

async function login({ url }: BuiltService, username: string, password: string): Promise<string> {
  const { status, json } = await ask(url, 'POST', '/token', { form: { username, password } });
  expect(status).toBe(200);
  return json.access_token;
}

async function stormAt(service: BuiltService): Promise<Storm> {
  const { passwords } = service;
  return new Storm({ adminToken: await login(service, 'admin', passwords.get('admin')!), passwords }, random);
}

/** Among the writes, after some of them, however fast the machine is. */
async function randomMoment(storm: Storm): Promise<void> {
  await storm.acknowledge(10 + Math.floor(random() * 80));
  await sleep(random() * 30);
}

const DATABASES: [string, () => Promise<Env>][] = [
  ['the embedded database', () => settings('')],
  [
    'PostgreSQL',
    async () => {
      const { url, drop } = await createTestDatabase();
      cleanUp.push(drop);
      return settings(url);
    },
  ],
];

describe.each(DATABASES)('kill -9 of the service, on %s', (_, made) => {
  it(`in a storm of writes and logins, ${ROUNDS} times: what was acknowledged is there, and nothing is half done`, async () => {
    const env = await made();
    let service = await start(env);
    const storm = await stormAt(service);
    for (let round = 1; round <= ROUNDS; round++) {
      storm.start(service.url);
      await randomMoment(storm);
      const halted = storm.halt();
      await service.stop('SIGKILL');
      await halted;
      service = await start(env);
      expect(await storm.check(service.url), `round ${round}`).toEqual([]);
    }
    expect(await storm.check(service.url, { everything: true })).toEqual([]);
    expect(storm.surprises).toEqual([]);
    expect(storm.counted.acknowledged).toBeGreaterThanOrEqual(ROUNDS * 10);
    expect(storm.counted.open).toBeGreaterThan(ROUNDS);
    await service.stop('SIGKILL');
    expect(await unsound(env)).toEqual([]);
  });

  it('at any moment of the first starts: the next one makes it whole, and the passwords shown last are good', async () => {
    const env = await made();
    let shown: ReadonlyMap<string, string> = new Map();
    const kills: Kill[] = [...Array.from({ length: 4 }, () => ({ after: random() * 3_000 })), { at: 'First start' }];
    for (const kill of kills) {
      const passwords = await killedWhileStarting(env, kill);
      if (passwords.size > 0) shown = passwords;
    }
    const service = await start(env);
    if (service.passwords.size > 0) shown = service.passwords;
    expect([...shown.keys()]).toEqual(['admin', 'maria', 'frank', 'heidi', 'pat']);
    for (const [username, password] of shown) await login(service, username, password);
    await service.stop('SIGKILL');
    expect(await unsound(env)).toEqual([]);
  });
});

describe('PostgreSQL dies', () => {
  let postgres: PreparedPostgres;
  beforeAll(async () => {
    postgres = await preparePostgres({ durable: true });
    await postgres.start();
  });
  afterAll(() => postgres.remove());

  const ready = async ({ url }: BuiltService): Promise<boolean> =>
    (await ask(url, 'GET', '/health/ready')).status === 200;

  /** kill -9 of one connection’s process: PostgreSQL ends all others, and recovers by itself. */
  async function killBackend(): Promise<void> {
    const client = new pg.Client({ connectionString: postgres.url });
    client.on('error', () => {});
    await client.connect();
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'gatehouse' LIMIT 1`,
    );
    process.kill(rows[0]!.pid, 'SIGKILL');
    await client.end().catch(() => {});
  }

  /** An immediate shutdown, and the recovery of a start after it. */
  async function crashAndStart(): Promise<void> {
    await postgres.crash();
    await sleep(random() * 1_000);
    await postgres.start();
  }

  it('in a storm of writes and logins: the service says "not now", goes on by itself, and lost nothing', async () => {
    const env = await settings(postgres.url);
    const service = await start(env);
    const storm = await stormAt(service);
    for (const fault of [killBackend, crashAndStart, killBackend, crashAndStart, killBackend, crashAndStart]) {
      storm.start(service.url);
      await randomMoment(storm);
      await fault();
      await vi.waitFor(async () => expect(await ready(service)).toBe(true), { interval: 20, timeout: 15_000 });
      await storm.acknowledge(10);
      await storm.halt();
      expect(await storm.check(service.url), fault.name).toEqual([]);
    }
    expect(await storm.check(service.url, { everything: true })).toEqual([]);
    expect(storm.surprises).toEqual([]);
    expect(storm.counted.open).toBeGreaterThan(6);
    expect(service.process.exitCode).toBeNull();
    await service.stop('SIGKILL');
    expect(await unsound(env)).toEqual([]);
  });
});

/** The passwords that it showed before it died. */
async function killedWhileStarting(env: Env, kill: Kill): Promise<ReadonlyMap<string, string>> {
  const died = await startBuiltService(env, kill).catch((error: unknown) => error);
  if (died instanceof DidNotStart) return died.passwords;
  const service = died as BuiltService;
  await service.stop('SIGKILL');
  return service.passwords;
}
