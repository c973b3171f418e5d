import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DidNotStart, makeDataDir, startBuiltService, type BuiltService, type Kill } from './built-service.js';
import { ask } from './http.js';
import { randomFrom, Storm } from './storm.js';
import { unsound } from './soundness.js';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 90_000 });

const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 20);
const SECRET = 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa';

const seed = Number(process.env['CRASH_SEED'] ?? Date.now() % 1_000_000);
export const random = randomFrom(seed);
process.stdout.write(`CRASH_SEED=${seed}\n`);

/** Undone after each test, the last first. */
export const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
});

export type Env = Record<string, string>;

/** Of a service on this database; none: the embedded one, in a folder of its own. */
export async function settings(databaseUrl: string): Promise<Env> {
  const { path, remove } = await makeDataDir();
  cleanUp.push(remove);
  return {
    DATA_DIR: path,
    DATABASE_URL: databaseUrl,
    APP_SECRET: SECRET,
    PUBLIC_URL: 'http://gatehouse.test',
    BCRYPT_COST: '10',
    // A login that a kill cuts off counts as failed, since nobody knows better: twenty kills a minute are more of those
    // than somebody types who is to get in again. test/guessing.test.ts shows what one leaves.
    LOGIN_MAX_FAILURES: '1000',
    REFRESH_REUSE_LEEWAY: '0s',
  };
}

/** The built service, ended after the test whatever becomes of it. */
export async function start(env: Env): Promise<BuiltService> {
  const service = await startBuiltService(env);
  cleanUp.push(async () => service.process.exitCode ?? service.process.signalCode ?? service.stop('SIGKILL'));
  return service;
}

async function login({ url }: BuiltService, username: string, password: string): Promise<string> {
  const { status, json } = await ask(url, 'POST', '/token', { form: { username, password } });
  expect(status).toBe(200);
  return json.access_token;
}

/** Writes and logins without pause. */
export async function stormAt(service: BuiltService): Promise<Storm> {
  const { passwords } = service;
  return new Storm({ adminToken: await login(service, 'admin', passwords.get('admin')!), passwords }, random);
}

/** Among the writes, after some of them, however fast the machine is. */
export async function randomMoment(storm: Storm): Promise<void> {
  await storm.acknowledge(10 + Math.floor(random() * 80));
  await sleep(random() * 30);
}

/** `kill -9`, in the midst of work and at the first starts. */
export function describeKills(database: string, made: () => Promise<Env>): void {
  describe(`kill -9 of the service, on ${database}`, () => {
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
}

/** The passwords that it showed before it died. */
async function killedWhileStarting(env: Env, kill: Kill): Promise<ReadonlyMap<string, string>> {
  const died = await startBuiltService(env, kill).catch((error: unknown) => error);
  if (died instanceof DidNotStart) return died.passwords;
  const service = died as BuiltService;
  await service.stop('SIGKILL');
  return service.passwords;
}
