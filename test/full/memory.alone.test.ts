import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { Pipeline } from '../hostile/pipeline.js';
import { cachedBytesOf, COLLECTABLE, vitalsOf, type Vitals } from '../hostile/vitals.js';
import { startBuiltService, type BuiltService } from '../support/built-service.js';
import { createTestDatabase } from '../support/postgres.js';
import { median } from '../support/quantile.js';

/** MEMORY_REQUESTS and MEMORY_TOKENS make it longer. */
const REQUESTS = Number(process.env['MEMORY_REQUESTS'] ?? 100_000);
const TOKENS = Number(process.env['MEMORY_TOKENS'] ?? 10_000);
const ROUNDS = 20;
const CONCURRENCY = 16;
const CONNECTIONS = 4;

/** Every fifth request comes with a forgery that nobody has sent before, so long that holding all of them would show. */
const FORGED = 5;
const PADDING = 'x'.repeat(2_000);

/** What verified tokens may take in the service (tokens.module.ts). */
const CAPACITY = 320 * 1024 * 1024;

/** What refused tokens may take (caching-verifier.ts), and as much again for what holding them takes. Bytes. */
const DEAD = 16 * 1024 * 1024;

/** What the first requests leave, however many come after: compiled code, connections. Bytes. */
const WARM = 12 * 1024 * 1024;

/** Bytes by which what is held may be more at the end than in the middle; the forgeries of that half are 20 MB. */
const GROWTH = 4 * 1024 * 1024;

const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });

interface Answer {
  readonly status: number;
  readonly text: string;
}

function login({ url, passwords }: BuiltService): Promise<Answer> {
  const form = new URLSearchParams({ username: 'frank', password: passwords.get('frank')! }).toString();
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const outgoing = request(`${url}/token`, { agent, method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode!, text }));
    });
    outgoing.on('error', reject);
    outgoing.end(form);
  });
}

/** Does it so often, some at once. */
async function times(count: number, work: (turn: number) => Promise<void>): Promise<void> {
  let turn = 0;
  const worker = async (): Promise<void> => {
    while (turn < count) await work(turn++);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

/** Logs somebody in as often; the hashes are cheap. */
async function makeTokens(service: BuiltService): Promise<string[]> {
  const tokens: string[] = [];
  await times(TOKENS, async () => {
    const { status, text } = await login(service);
    expect(status, text).toBe(200);
    tokens.push(JSON.parse(text).access_token);
  });
  return tokens;
}

/** Claims that nobody signed; the rest is a token's own. */
function forged(token: string, turn: number): string {
  const [header, , signature] = token.split('.') as [string, string, string];
  return `${header}.${Buffer.from(JSON.stringify({ turn, PADDING })).toString('base64url')}.${signature}`;
}

it(`${REQUESTS} requests with ${TOKENS} tokens take no more memory than is said`, { timeout: 1_800_000 }, async () => {
  const start = performance.now();
  const database = await createTestDatabase();
  const service = await startBuiltService({
    ...COLLECTABLE,
    DATABASE_URL: database.url,
    DATA_DIR: tmpdir(),
    APP_SECRET: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa',
    NODE_ENV: 'test',
    DEMO: 'on',
    BCRYPT_COST: '4',
    METRICS_OPEN: 'on',
    LOG_LEVEL: 'info',
    TOKEN_ALGORITHM: 'ES256',
  });
  const tokens = await makeTokens(service);
  const empty = await vitalsOf(service);
  const vitals: Vitals[] = [];
  const cached: number[] = [];
  const statuses: Record<number, number> = {};
  const connections = Array.from({ length: CONNECTIONS }, () => new Pipeline(service.url));
  for (let round = 0; round < ROUNDS; round++) {
    const asked = Array.from({ length: REQUESTS / ROUNDS }, (_, index) => {
      const turn = (round * REQUESTS) / ROUNDS + index;
      // Moved on with each time around, or the same ones would always be forged.
      const token = tokens[(turn + Math.floor(turn / TOKENS)) % TOKENS]!;
      return turn % FORGED ? token : forged(token, turn);
    });
    const answered = connections.map((connection, at) =>
      connection.ask(
        '/finance/data',
        asked.filter((_, index) => index % CONNECTIONS === at),
      ),
    );
    for (const status of (await Promise.all(answered)).flat()) statuses[status] = (statuses[status] ?? 0) + 1;
    vitals.push(await vitalsOf(service));
    cached.push(await cachedBytesOf(service));
  }
  for (const connection of connections) connection.close();
  await service.stop();
  await database.drop();
  agent.destroy();
  const megabytes = (bytes: readonly number[]): string => bytes.map((one) => Math.round(one / 2 ** 20)).join();
  // Figures are wanted, also where the test passes.
  process.stdout.write(
    `${((performance.now() - start) / 1_000).toFixed(0)} s; ${JSON.stringify(statuses)}\n` +
      `rss ${megabytes([empty.rss, ...vitals.map((one) => one.rss)])}\n` +
      `heap ${megabytes([empty.heap, ...vitals.map((one) => one.heap)])}\ncached ${megabytes(cached)}\n`,
  );
  expect(statuses).toEqual({ 200: REQUESTS - REQUESTS / FORGED, 401: REQUESTS / FORGED });
  expect(Math.max(...cached)).toBeLessThan(CAPACITY);
  // What a cache says that it takes is what bounds it, so it must be true.
  expect(vitals.at(-1)!.heap - empty.heap).toBeLessThan(1.1 * cached.at(-1)! + DEAD + WARM);
  const quarter = (of: 'rss' | 'heap', index: number): number =>
    median(vitals.slice((index * ROUNDS) / 4, ((index + 1) * ROUNDS) / 4).map((one) => one[of]));
  expect(quarter('heap', 3) - quarter('heap', 2)).toBeLessThan(GROWTH);
  expect(quarter('rss', 3) / quarter('rss', 2)).toBeLessThan(1.1);
});
