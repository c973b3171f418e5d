import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { faultOf } from '../hostile/judge.js';
import { Known } from '../hostile/known.js';
import { operationsOf, type Operation } from '../hostile/openapi.js';
import { sendRaw, type RawAnswer, type RawRequest } from '../hostile/raw-http.js';
import { recipes, type Recipe } from '../hostile/recipes.js';
import { COLLECTABLE, vitalsOf, type Vitals } from '../hostile/vitals.js';
import { startBuiltService, type BuiltService } from '../support/built-service.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { median } from '../support/quantile.js';

/** HOSTILE_SEED repeats a run; HOSTILE_REQUESTS makes it longer or shorter. */
const SEED = Number(process.env['HOSTILE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const REQUESTS = Number(process.env['HOSTILE_REQUESTS'] ?? 20_000);
const ROUNDS = 40;
const CONCURRENCY = 6;

/**
 * They take a whole document, somebody who has a record of their own, what only a mail brings, two passwords of which one is
 * right, or an application that may: nobody here has these, and chance makes none.
 */
const HARD_TO_PLEASE = new Set([
  'POST /config/import',
  'GET /hr/employees/me',
  'POST /auth/verify',
  'POST /auth/reset-password',
  'POST /users/me/password',
  'PUT /permissions/declared',
]);

/** What no request may take, and nothing may hold the event loop up for. Milliseconds. */
const SLOWEST = 1_000;
const LONGEST_PAUSE = 400;

/** What the memory may have grown by from the third to the fourth quarter. */
const GROWTH = 1.15;

let database: TestDatabase;
let folder: string;
let service: BuiltService;
let known: Known;
let operations: Operation[];

beforeAll(async () => {
  database = await createTestDatabase();
  // Mails are written into it.
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-hostile-'));
  service = await startBuiltService({
    DATABASE_URL: database.url,
    DATA_DIR: folder,
    APP_SECRET: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa',
    ...COLLECTABLE,
    NODE_ENV: 'test',
    DEMO: 'on',
    BCRYPT_COST: '4',
    // To make an RSA key takes now and then most of a second.
    TOKEN_ALGORITHM: 'ES256',
    METRICS_OPEN: 'on',
    REGISTRATION: 'open',
    // Among so many requests are more wrong passwords than somebody types who is to get in again.
    LOGIN_MAX_FAILURES: '1000',
  });
  operations = operationsOf((await (await fetch(`${service.url}/openapi.json`)).json()) as never);
  known = new Known(service);
});
afterAll(async () => {
  await service?.stop();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

function requestFor(recipe: Recipe): RawRequest {
  const values = recipe.parameters.values();
  const path = recipe.operation.path.replaceAll(
    /\{\w+\}/g,
    () => values.next().value ?? known.id(recipe.operation.path),
  );
  // By the path that is asked, not by the operation’s: of /users/{id}, /users/me is one’s own.
  const token = known.token(recipe.token, path);
  return {
    method: recipe.method,
    // Whatever would end the line is no longer part of it.
    target: (recipe.spell(path) + recipe.query).replaceAll(/[\r\n ]/g, '+'),
    headers: token === undefined ? recipe.headers : [['Authorization', `Bearer ${token}`], ...recipe.headers],
    body: recipe.body(known.credentials),
    claims: recipe.claims,
  };
}

/** What the service itself says each request took, so that what this process is busy with doesn't count. */
function slowest(): { ms: number; line: string } {
  const times = [...service.output().matchAll(/^\{.*"ms":(\d+).*$/gm)].map(([line, ms]) => ({ ms: Number(ms), line }));
  return times.reduce((one, other) => (other.ms > one.ms ? other : one), { ms: 0, line: '' });
}

const described = ({ method, target, headers, body }: RawRequest, { status, body: text }: RawAnswer): string =>
  `${method} ${target.slice(0, 150)} ${JSON.stringify(headers).slice(0, 300)} ${body?.toString('latin1').slice(0, 200)}` +
  ` -> ${status} ${text.toString().slice(0, 300)}`;

it(
  `${REQUESTS} hostile requests leave the service well, and each is answered as it should be`,
  { timeout: 400_000 },
  async () => {
    const faults = new Map<string, string[]>();
    const statuses = new Map<number, number>();
    const accepted = new Set<string>();
    const vitals: Vitals[] = [];
    const start = performance.now();
    process.stdout.write(`HOSTILE_SEED=${SEED}\n`);
    for (let round = 0; round < ROUNDS; round++) {
      await known.logIn();
      const waiting = recipes(operations, SEED + round, REQUESTS / ROUNDS).values();
      const worker = async (): Promise<void> => {
        for (const recipe of waiting) {
          const request = requestFor(recipe);
          const answer = await sendRaw(service.url, request);
          known.learn(recipe, request, answer);
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          if (answer.status >= 200 && answer.status < 300) accepted.add(`${recipe.method} ${recipe.operation.path}`);
          const fault = faultOf(recipe, request, answer);
          if (fault) faults.set(fault, [...(faults.get(fault) ?? []), described(request, answer)]);
        }
      };
      await Promise.all(Array.from({ length: CONCURRENCY }, worker));
      vitals.push(await vitalsOf(service));
    }
    const worst = slowest();
    const quarter = (index: number): Vitals[] => vitals.slice((index * ROUNDS) / 4, ((index + 1) * ROUNDS) / 4);
    const rss = [2, 3].map((index) => median(quarter(index).map((one) => one.rss)));
    const pauses = vitals.map(({ longestPause }) => Math.round(longestPause));
    const untouched = operations
      .map(({ method, path }) => `${method} ${path}`)
      .filter((one) => !accepted.has(one) && !HARD_TO_PLEASE.has(one));
    process.stdout.write(
      `${((performance.now() - start) / 1_000).toFixed(0)} s; statuses ${JSON.stringify(Object.fromEntries(statuses))}\n` +
        `slowest ${worst.ms} ms ${worst.line}\npauses ${pauses.join()}\nrss ${vitals.map((one) => Math.round(one.rss / 2 ** 20)).join()}\n` +
        `heap ${vitals.map((one) => Math.round(one.heap / 2 ** 20)).join()}\n`,
    );
    expect(
      Object.fromEntries([...faults].map(([fault, all]) => [`${fault} (${all.length})`, all.slice(0, 5)])),
    ).toEqual({});
    expect(worst.ms, worst.line).toBeLessThan(SLOWEST);
    expect(Math.max(...pauses)).toBeLessThan(LONGEST_PAUSE);
    expect(rss[1]! / rss[0]!).toBeLessThan(GROWTH);
    // What is refused at the door shows nothing of what is behind it.
    expect(untouched).toEqual([]);
    expect(service.process.exitCode).toBeNull();
    await known.logIn();
  },
);
