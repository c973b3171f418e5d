import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeDataDir, startBuiltService, type BuiltService } from '../support/built-service.js';
import { preparePostgres, type PreparedPostgres } from '../support/postgres-server.js';
import { Proxy } from '../support/proxy.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 90_000 });

/** Whoever asks is not to wait for longer. Milliseconds. */
const LONGEST = 8_000;
/** One that was just claimed when the database went belongs to nobody for 20 s; then it is sent. Milliseconds. */
const LATEST_MAIL = 45_000;
const PASSWORD = 'plum kettle under seven bridges';
const ANOTHER = 'another kettle under nine bridges';

let postgres: PreparedPostgres;
let proxy: Proxy;
let service: BuiltService;
let dataDir: Awaited<ReturnType<typeof makeDataDir>>;
beforeAll(async () => {
  postgres = await preparePostgres({ durable: true });
  await postgres.start();
  const { hostname, port } = new URL(postgres.url);
  proxy = await Proxy.start({ host: hostname, port: Number(port) });
  const through = new URL(postgres.url);
  through.port = String(proxy.port);
  dataDir = await makeDataDir();
  service = await startBuiltService({
    DATABASE_URL: through.href,
    DATA_DIR: dataDir.path,
    APP_SECRET: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa',
    BCRYPT_COST: '10',
    REGISTRATION: 'open',
  });
});
afterAll(async () => {
  await service?.stop('SIGKILL');
  await proxy?.stop();
  await postgres?.remove();
  await dataDir?.remove();
});

interface Ask {
  readonly method?: string;
  readonly token?: string;
  readonly json?: object;
  readonly form?: Record<string, string>;
}

interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly took: number;
}

async function ask(path: string, { method, token, json, form }: Ask = {}): Promise<Answered> {
  const start = performance.now();
  const response = await fetch(service.url + path, {
    method: method ?? ((json ?? form) ? 'POST' : 'GET'),
    headers: {
      ...(json && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    ...(json && { body: JSON.stringify(json) }),
    ...(form && { body: new URLSearchParams(form) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, took: performance.now() - start };
}

/** The token of the last link of a kind that was mailed to an address. */
async function mailed(address: string, purpose: 'verify-email' | 'reset-password'): Promise<string> {
  const outbox = join(dataDir.path, 'outbox');
  let token: string | undefined;
  await vi.waitFor(
    async () => {
      for (const name of (await readdir(outbox)).toSorted().filter((one) => one.endsWith('.eml'))) {
        const mail = (await readFile(join(outbox, name), 'utf8')).replaceAll('=\n', '').replaceAll('=3D', '=');
        if (mail.includes(`To: ${address}`))
          token = new RegExp(`/${purpose}\\?token=([\\w-]{72})`).exec(mail)?.[1] ?? token;
      }
      expect(token).toBeDefined();
    },
    { timeout: LATEST_MAIL, interval: 50 },
  );
  return token!;
}

interface Somebody {
  readonly email: string;
  readonly token: string;
  readonly verify: string;
  readonly reset: string;
}

let made = 0;
async function somebody(): Promise<Somebody> {
  const username = `somebody-${++made}`;
  const email = `${username}@example.com`;
  expect((await ask('/auth/register', { json: { email, username, password: PASSWORD } })).status).toBe(201);
  const verify = await mailed(email, 'verify-email');
  expect((await ask('/auth/forgot-password', { json: { email } })).status).toBe(202);
  const reset = await mailed(email, 'reset-password');
  const { text } = await ask('/token', { form: { username, password: PASSWORD } });
  return { email, verify, reset, token: (JSON.parse(text) as { access_token: string }).access_token };
}

/** Everything that people do for themselves. */
const operations = ({ email, token, verify, reset }: Somebody): [string, () => Promise<Answered>][] => [
  ['register', () => ask('/auth/register', { json: { email: `new-${email}`, password: PASSWORD } })],
  ['ask to verify', () => ask('/auth/verify/request', { json: { email } })],
  ['ask to verify nobody', () => ask('/auth/verify/request', { json: { email: 'nobody@example.com' } })],
  ['verify', () => ask('/auth/verify', { json: { token: verify } })],
  ['forgot', () => ask('/auth/forgot-password', { json: { email } })],
  ['reset', () => ask('/auth/reset-password', { json: { token: reset, password: ANOTHER } })],
  ['page to verify', () => ask(`/verify-email?token=${verify}`)],
  ['form to verify', () => ask('/verify-email', { form: { token: verify } })],
  ['page to reset', () => ask(`/reset-password?token=${reset}`)],
  ['form to reset', () => ask('/reset-password', { form: { token: reset, password: ANOTHER, repeated: ANOTHER } })],
  ['see', () => ask('/users/me', { token })],
  ['change', () => ask('/users/me', { method: 'PATCH', token, json: { name: 'Ann' } })],
  ['another address', () => ask('/users/me', { method: 'PATCH', token, json: { email: `other-${email}` } })],
  [
    'another address with the password',
    () => ask('/users/me', { method: 'PATCH', token, json: { email: `other-${email}`, currentPassword: PASSWORD } }),
  ],
  [
    'another password',
    () => ask('/users/me/password', { token, json: { currentPassword: PASSWORD, newPassword: ANOTHER } }),
  ],
  ['logins', () => ask('/users/me/sessions', { token })],
  ['end the others', () => ask('/users/me/sessions', { method: 'DELETE', token })],
  ['delete', () => ask('/users/me', { method: 'DELETE', token })],
];

async function ready(status: number): Promise<void> {
  await vi.waitFor(async () => expect((await ask('/health/ready')).status).toBe(status), {
    interval: 50,
    timeout: 20_000,
  });
}

describe.each([
  ['is stopped', () => postgres.stop(), () => postgres.start()],
  ['crashes', () => postgres.crash(), () => postgres.start()],
  [
    'doesn’t answer',
    async () => {
      proxy.goSilent();
      // What is under way at that moment waits for longer: nobody is told that it broke.
      await ready(503);
    },
    async () => proxy.heal(),
  ],
])('while the database %s', (_, take, giveBack) => {
  it('each operation says 503 and when to come again, and does its work when it is back', async () => {
    const one = await somebody();
    await take();
    const at = service.output().length;
    // Those at once, which find connections that are just breaking, and then those that find none.
    const answers: [string, Answered][] = [];
    for (let round = 0; round < 2; round++) {
      const all = operations(one).map(async ([name, act]): Promise<[string, Answered]> => [name, await act()]);
      answers.push(...(await Promise.all(all)));
      await ready(503);
    }
    for (const [name, { status, headers, text, took }] of answers) {
      expect.soft([name, status, headers.get('retry-after')]).toEqual([name, 503, expect.stringMatching(/^\d+$/)]);
      expect.soft(took, name).toBeLessThan(LONGEST);
      expect.soft(text, name).toMatch(/Try again|can’t be told|database/);
      expect.soft(text, name).not.toMatch(/127\.0\.0\.1|ECONN|postgres|\bat \w+ \(/);
      expect.soft(headers.get('content-type'), name).toMatch(/^(page|form) to/.test(name) ? /html/ : /problem\+json/);
    }
    const log = service.output().slice(at);
    for (const secret of [PASSWORD, ANOTHER, one.verify, one.reset, one.token]) expect(log).not.toContain(secret);

    await giveBack();
    await ready(200);
    expect((await ask('/auth/verify', { json: { token: one.verify } })).status).toBe(204);
    expect((await ask(`/reset-password?token=${one.reset}`)).text).toContain('New password');
    expect((await ask('/users/me', { method: 'PATCH', token: one.token, json: { name: 'Ann' } })).status).toBe(200);
    expect((await ask('/auth/reset-password', { json: { token: one.reset, password: ANOTHER } })).status).toBe(204);
  });
});

it('what was acknowledged while the database came and went is there, with its mail, and what was refused isn’t half there', async () => {
  const said = new Map<string, number>();
  const end = { isReached: false };
  const loops = Array.from({ length: 3 }, async (_, loop) => {
    for (let n = 0; !end.isReached; n++) {
      const email = `loop-${loop}-${n}@example.com`;
      const { status } = await ask('/auth/register', { json: { email, password: PASSWORD } });
      said.set(email, status);
      if (status === 503) await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
  const made201 = (): number => [...said.values()].filter((status) => status === 201).length;
  await vi.waitFor(() => expect(made201()).toBeGreaterThan(5), { timeout: 20_000 });
  await postgres.stop();
  await ready(503);
  const before = made201();
  await postgres.start();
  await vi.waitFor(() => expect(made201()).toBeGreaterThan(before + 5), { timeout: 20_000 });
  end.isReached = true;
  await Promise.all(loops);
  // With what the service logged of it.
  const failures = service
    .output()
    .split('\n')
    .filter((line) => line.includes('"level":50'));
  expect(
    [...said.values()].filter((status) => status !== 201 && status !== 503),
    failures.join('\n'),
  ).toEqual([]);
  const sql = new pg.Client({ connectionString: postgres.url });
  await sql.connect();
  const { rows } = await sql.query<{ email: string }>(`SELECT email FROM gatehouse.accounts WHERE email LIKE 'loop-%'`);
  await sql.end();
  const there = new Set(rows.map(({ email }) => email));
  for (const [email, status] of said) if (status === 201) expect(there).toContain(email);
  for (const email of there) await mailed(email, 'verify-email');
});
