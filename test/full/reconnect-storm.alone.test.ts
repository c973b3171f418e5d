import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { startBuiltService, type BuiltService } from '../support/built-service.js';
import { EventReader } from '../support/event-reader.js';
import { createTestDatabase } from '../support/postgres.js';
import { quantile } from '../support/quantile.js';

const STREAMS = 1_000;
/** Milliseconds until all are back. */
const BACK = 10_000;

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Resident memory of the process, in bytes. */
async function memoryOf({ process: { pid } }: BuiltService): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? NaN) * 1_024;
}

async function login(service: BuiltService, password: string, username = 'admin'): Promise<string> {
  const body = new URLSearchParams({ username, password });
  const response = await fetch(`${service.url}/token`, { method: 'POST', body });
  if (response.status !== 200) throw new Error(`login: ${response.status}`);
  return ((await response.json()) as { access_token: string }).access_token;
}

/** A token for each stream, of one service account. */
async function applicationTokens(service: BuiltService, admin: string): Promise<string[]> {
  const post = async (path: string, json: object): Promise<any> => {
    const headers = { authorization: `Bearer ${admin}`, 'content-type': 'application/json' };
    const response = await fetch(service.url + path, { method: 'POST', headers, body: JSON.stringify(json) });
    if (response.status !== 201) throw new Error(`${path}: ${response.status}`);
    return response.json();
  };
  const { id } = await post('/service-accounts', { username: 'applications', roles: ['connected-application'] });
  const tokens: string[] = [];
  for (let n = 0; n < STREAMS; n++) {
    tokens.push((await post(`/service-accounts/${id}/tokens`, { name: `application ${n}` })).token as string);
  }
  return tokens;
}

/** Tries until it has a stream, as a client does: at once, then ever more slowly, as it is told by `Retry-After`. */
async function untilOpen(url: string, token: string, lastEventId: string | undefined): Promise<EventReader> {
  for (let wait = 50; ; wait = Math.min(wait * 2, 1_000)) {
    const reader = await EventReader.open(url, token, lastEventId).catch(() => undefined);
    if (reader?.status === 200) return reader;
    reader?.close();
    await sleep(wait * (0.5 + Math.random()));
  }
}

it(
  `${STREAMS} streams are back within ${BACK / 1_000} s of a restart, and logins go on meanwhile`,
  { timeout: 240_000 },
  async () => {
    const { url: databaseUrl, drop } = await createTestDatabase();
    const env = {
      DATABASE_URL: databaseUrl,
      DATA_DIR: tmpdir(),
      APP_SECRET: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa',
      PUBLIC_URL: 'http://gatehouse.test',
      BCRYPT_COST: '10',
    };
    let service = await startBuiltService(env);
    onTestFinished(async () => {
      await service.stop('SIGKILL');
      await drop();
    });
    const password = service.passwords.get('admin')!;
    const port = new URL(service.url).port;
    const tokens = await applicationTokens(service, await login(service, password));
    await service.stop();

    // Restarted, so that what the logins took isn't counted, and warm, so that it isn't the tokens' either.
    service = await startBuiltService({ ...env, PORT: port });
    for (const token of tokens) {
      await fetch(`${service.url}/userinfo`, { headers: { authorization: `Bearer ${token}` } }).then((r) => r.text());
    }
    await sleep(1_000);
    const before = await memoryOf(service);
    const readers: EventReader[] = [];
    for (const token of tokens) readers.push(await untilOpen(service.url, token, undefined));
    for (const reader of readers) await reader.next('heartbeat');
    await sleep(2_000);
    const perStream = (await memoryOf(service)) - before;
    process.stdout.write(`memory: ${(perStream / STREAMS / 1_024).toFixed(1)} KB a stream\n`);

    // What a revocation takes to reach a thousand.
    const sql = new pg.Client({ connectionString: databaseUrl });
    await sql.connect();
    const times: number[] = [];
    for (let round = 0; round < 20; round++) {
      await sql.query(`SELECT gatehouse.record_change('token', $1)`, [`round ${round}`]);
      const committed = performance.now();
      times.push(...(await Promise.all(readers.map(async (reader) => (await reader.next('drop')).at - committed))));
      await sleep(50);
    }
    const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)];
    process.stdout.write(`a drop to ${STREAMS} streams: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms\n`);
    expect(p99).toBeLessThan(1_000);

    const stopping = performance.now();
    expect(await service.stop()).toBe(0);
    process.stdout.write(`stopped in ${(performance.now() - stopping).toFixed(0)} ms\n`);
    for (const reader of readers) await reader.end();
    await sql.query(`SELECT gatehouse.record_change('token', 'meanwhile')`);

    service = await startBuiltService({ ...env, PORT: port });
    const back = performance.now();
    const logins: number[] = [];
    const storm = new AbortController();
    const loggingIn = (async () => {
      do {
        const asked = performance.now();
        await login(service, password);
        logins.push(performance.now() - asked);
      } while (!storm.signal.aborted);
    })();
    const returned = await Promise.all(
      tokens.map(async (token, n) => {
        const reader = await untilOpen(service.url, token, readers[n]!.events.findLast(({ id }) => id)!.id);
        await reader.next('heartbeat');
        return { reader, took: performance.now() - back };
      }),
    );
    storm.abort();
    await loggingIn;
    const slowest = Math.max(...returned.map(({ took }) => took));
    process.stdout.write(
      `all back in ${slowest.toFixed(0)} ms; ${logins.length} logins meanwhile, the slowest ${Math.max(...logins).toFixed(0)} ms\n`,
    );
    expect(slowest).toBeLessThan(BACK);
    expect(Math.max(...logins)).toBeLessThan(5_000);
    for (const { reader } of returned) reader.close();
    await sql.end();
  },
);
