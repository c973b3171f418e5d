import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { makeDataDir, startBuiltService, type BuiltService } from './support/built-service.js';
import * as examples from './support/examples.js';
import { claimsOf } from './support/oauth.js';
import { createTestDatabase } from './support/postgres.js';
import { freePort } from './support/postgres-server.js';
import { giveRole } from './support/roles.js';

vi.setConfig({ testTimeout: 180_000 });

const AUDIENCE = 'https://departments.example';
/** The bound of docs/connect-an-application.md while all is well; beyond it, the hard one. Milliseconds. */
const BOUND = 1_000;

/** What an application says while it can't hear its service, by its mode. */
const MODES = {
  refuse: 'everything guarded is answered 503',
  introspect: 'each request is introspected',
  'accept-for:5m': 'known tokens are accepted for a while',
} as const;
type Mode = keyof typeof MODES;

interface Health {
  deciding: string;
  declared: boolean;
  stream: { state: string };
}

const cleanUp: (() => Promise<unknown>)[] = [];
let service: BuiltService;
let passwords: BuiltService['passwords'];
let start: () => Promise<void>;
/** Changes the service's database: there are no addresses for roles yet. */
let change: (sql: string, values?: unknown[]) => Promise<void>;
let open: examples.RunningExample;
const secured = new Map<Mode, examples.RunningExample>();

beforeAll(async () => {
  const [database, dataDir, folder] = [await createTestDatabase(), await makeDataDir(), await examples.makeFolder()];
  cleanUp.push(database.drop, dataDir.remove, folder.remove);
  const env = { DATABASE_URL: database.url, DATA_DIR: dataDir.path, PORT: String(await freePort()), BCRYPT_COST: '10' };
  start = async () => {
    service = await startBuiltService(env);
  };
  await Promise.all([start(), examples.linkModules(folder.path, ['nest-gatehouse-client'])]);
  cleanUp.push(() => service.stop());
  ({ passwords } = service);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  cleanUp.push(() => client.end());
  change = async (sql, values) => void (await client.query(sql, values));

  const names = ['departments-open', 'departments-secured'];
  const [openFolder, securedFolder] = await Promise.all(names.map((name) => examples.copyExample(name, folder.path)));
  await examples.buildExample(openFolder!);
  await examples.buildExample(securedFolder!);
  open = await examples.startExample(openFolder!, {});
  cleanUp.push(() => open.stop());
  const gatehouse = JSON.parse(await examples.register('departments-secured', service));
  for (const whenUnreachable of Object.keys(MODES) as Mode[]) {
    // The default is what somebody gets who says nothing.
    const options = whenUnreachable === 'introspect' ? gatehouse : { ...gatehouse, whenUnreachable };
    const application = await examples.startExample(securedFolder!, { GATEHOUSE: JSON.stringify(options) });
    cleanUp.push(() => application.stop());
    secured.set(whenUnreachable, application);
  }
});
afterAll(async () => {
  for (const undo of cleanUp.toReversed()) await undo();
});

it('an open application is secured, and stays secured when its service is gone', async () => {
  // The open one answers everybody.
  for (const department of ['marketing', 'finance', 'hr']) {
    expect(await open.ask(`/${department}/data`)).toMatchObject({ status: 200, text: `${department}_data` });
  }

  // The secured one asks who it is. frank may see the data of his department: a role that an administrator has given him.
  await giveRole({ change }, 'frank', 'accountant', ['data:finance']);
  const [frank, maria, admin] = [await logIn('frank'), await logIn('maria'), await logIn('admin')];
  await everywhere((application) => expectHealth(application, { deciding: 'memory', declared: true }));
  await everywhere(async ({ ask }) => {
    const nobody = await ask('/finance/data');
    expect([nobody.status, nobody.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect((await ask('/finance/data', maria)).status).toBe(403);
    expect(await ask('/finance/data', frank)).toMatchObject({ status: 200, text: 'finance_data' });
    expect((await ask('/hr/data', frank)).status).toBe(403);
    expect((await ask('/hr/data', admin)).status).toBe(200);
  });

  // A token that is revoked is refused at once, and others go on.
  await revokedEverywhere(await logIn('frank'));
  await everywhere(async ({ ask }) => expect((await ask('/finance/data', frank)).status).toBe(200));

  // The service ends, as an operator ends it and as a power cut does; and comes back.
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const unknown = await logIn('frank');
    const said = new Map([...secured].map(([mode, { output }]) => [mode, output().length]));
    const since = (mode: Mode): string => secured.get(mode)!.output().slice(said.get(mode));
    await service.stop(signal);
    await everywhere(async (application, mode) => {
      await expectHealth(application, { deciding: mode.split(':')[0]! });
      const { ask } = application;
      expect((await ask('/finance/data')).status).toBe(401);
      // Known before: by the mode. Not known: nothing is guessed, and it isn't called invalid either.
      expect((await ask('/finance/data', frank)).status).toBe(mode === 'accept-for:5m' ? 200 : 503);
      expect((await ask('/finance/data', maria)).status).toBe(mode === 'accept-for:5m' ? 403 : 503);
      const refused = await ask('/finance/data', unknown);
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
      await expect.poll(() => since(mode), { timeout: 3_000 }).toContain(MODES[mode]);
    });
    expect((await open.ask('/finance/data')).status).toBe(200);

    await start();
    await everywhere(async (application, mode) => {
      await expectHealth(application, { deciding: 'memory', stream: { state: 'open' } });
      const { ask } = application;
      expect((await ask('/finance/data', frank)).status).toBe(200);
      expect((await ask('/finance/data', unknown)).status).toBe(200);
      expect((await ask('/finance/data', maria)).status).toBe(403);
      await expect.poll(() => since(mode), { timeout: 3_000 }).toContain('arrive again');
      // Once, not once a request.
      expect(since(mode).split(MODES[mode])).toHaveLength(2);
    });
    await revokedEverywhere(unknown);
  }
});

async function everywhere(look: (application: examples.RunningExample, mode: Mode) => Promise<unknown>): Promise<void> {
  await Promise.all([...secured].map(([mode, application]) => look(application, mode)));
}

async function logIn(username: string, resource?: string): Promise<string> {
  const body = new URLSearchParams({ username, password: passwords.get(username)!, resource: resource ?? AUDIENCE });
  const response = await fetch(`${service.url}/token`, { method: 'POST', body });
  expect(response.status).toBe(200);
  return ((await response.json()) as { access_token: string }).access_token;
}

/** Revokes a token that is in use at all applications, and sees it refused there within the bound. */
async function revokedEverywhere(token: string): Promise<void> {
  await everywhere(async ({ ask }) => expect((await ask('/finance/data', token)).status).toBe(200));
  const { jti } = claimsOf(token);
  const headers = { authorization: `Bearer ${await logIn('admin', service.url)}` };
  expect((await fetch(`${service.url}/tokens/${jti}`, { method: 'DELETE', headers })).status).toBe(204);
  const revoked = performance.now();
  await everywhere(async ({ ask }) => {
    while ((await ask('/finance/data', token)).status !== 401) expect(performance.now() - revoked).toBeLessThan(BOUND);
  });
}

/** Waits until an application says this of how it stands. */
async function expectHealth({ ask }: examples.RunningExample, expected: Partial<Health>): Promise<void> {
  const health = async (): Promise<Health> => JSON.parse((await ask('/health')).text);
  await expect.poll(health, { timeout: 15_000, interval: 20 }).toMatchObject(expected);
}
