import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBuiltService, type BuiltService } from '../support/built-service.js';
import { query } from '../support/databases.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { median } from '../support/quantile.js';

const ROUNDS = 60;
const WARMING = 5;
const PASSWORD = 'correct horse battery';

let database: TestDatabase;
let service: BuiltService;
beforeAll(async () => {
  database = await createTestDatabase();
  service = await startBuiltService({
    DATABASE_URL: database.url,
    DATA_DIR: tmpdir(),
    APP_SECRET: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa',
    DEMO: 'on',
    BCRYPT_COST: '10',
    REGISTRATION: 'open',
    REQUIRE_VERIFIED_EMAIL: 'on',
  });
  await query(
    database.url,
    `INSERT INTO gatehouse.accounts (username, username_key, email, email_key, is_active, is_verified, source, password_hash)
     SELECT who, who, who || '@example.com', who || '@example.com', who <> 'disabled', who = 'known',
            CASE who WHEN 'elsewhere' THEN 'ldap' ELSE 'local' END, CASE who WHEN 'elsewhere' THEN NULL ELSE password_hash END
       FROM gatehouse.accounts, unnest(ARRAY['known', 'unverified', 'disabled', 'elsewhere']) AS who WHERE username = 'pat'`,
  );
}, 60_000);
afterAll(async () => {
  await service?.stop();
  await database?.drop();
});

/** Whose address is sent. All but the first have an account. */
const ADDRESSES = ['unknown', 'known', 'unverified', 'disabled', 'elsewhere'];

const byAddress = (bodyOf: (email: string, round: number) => object): Bodies =>
  Object.fromEntries(ADDRESSES.map((kind) => [kind, (round) => bodyOf(`${kind}@example.com`, round)]));

/** What is sent in a round, by what is to be told from each other. */
type Bodies = Readonly<Record<string, (round: number) => object>>;

const REGISTRATIONS: Bodies = {
  free: (round) => ({ email: `new${round}@example.com`, username: `new-${round}`, password: PASSWORD }),
  'taken address': () => ({ email: 'known@example.com', username: 'nobody-else', password: PASSWORD }),
  'taken name': (round) => ({ email: `other${round}@example.com`, username: 'known', password: PASSWORD }),
  'disabled account': () => ({ email: 'disabled@example.com', username: 'nobody-else', password: PASSWORD }),
};

/** Asks so often with each, in turn, and expects that neither the answer nor its time tells which it was. */
async function expectTheSame(path: string, bodies: Bodies): Promise<void> {
  const kinds = Object.keys(bodies);
  const answers = new Set<string>();
  const ask = async (kind: string, round: number): Promise<number> => {
    const body = JSON.stringify(bodies[kind]!(round));
    const start = performance.now();
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(service.url + path, { method: 'POST', headers, body });
    const text = await response.text();
    const took = performance.now() - start;
    answers.add(`${response.status} ${text.replaceAll(/[\w-]+@example\.com/g, 'EMAIL')}`);
    return took;
  };
  const times = new Map(kinds.map((kind): [string, number[]] => [kind, []]));
  for (let round = 0; round < WARMING + ROUNDS; round++) {
    // What one leaves to be done afterwards, such as sending the mail, must not always fall on the same other.
    const shuffled = kinds.map((kind) => [Math.random(), kind] as const).toSorted(([one], [other]) => one - other);
    for (const [, kind] of shuffled) {
      const took = await ask(kind, round);
      if (round >= WARMING) times.get(kind)!.push(took);
    }
  }
  const medians = kinds.map((kind) => median(times.get(kind)!));
  // Figures are wanted, also where the test passes.
  process.stdout.write(`${path}: ${kinds.map((kind, at) => `${kind} ${medians[at]!.toFixed(2)} ms`).join(', ')}\n`);
  expect(answers.size, [...answers].join('\n')).toBe(1);
  expect(Math.max(...medians) / Math.min(...medians)).toBeLessThan(1.1);
}

describe('issue F.2: the answer and its time don’t tell whether there is an account', () => {
  // At once: these answer after a fixed time, most of which they wait.
  it.concurrent.each(['/auth/forgot-password', '/auth/verify/request'])('at %s', { timeout: 300_000 }, (path) =>
    expectTheSame(
      path,
      byAddress((email) => ({ email })),
    ),
  );

  it('at /auth/register', { timeout: 300_000 }, () => expectTheSame('/auth/register', REGISTRATIONS));
});
