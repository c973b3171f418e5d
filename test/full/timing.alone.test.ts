import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { median } from '../hostile/vitals.js';
import { startBuiltService } from '../support/built-service.js';
import { query } from '../support/databases.js';
import { createTestDatabase } from '../support/postgres.js';

const ROUNDS = 60;

/** What fails to log in, and why. */
const ATTEMPTS = {
  unknown: 'nobody',
  disabled: 'pat',
  wrong: 'frank',
} as const;
type Attempt = keyof typeof ATTEMPTS;
const KINDS = Object.keys(ATTEMPTS) as Attempt[];

it(
  'the time of a failed login doesn’t tell an unknown name, a disabled account and a wrong password apart',
  { timeout: 120_000 },
  async () => {
    const database = await createTestDatabase();
    const service = await startBuiltService({
      DATABASE_URL: database.url,
      DATA_DIR: tmpdir(),
      APP_SECRET: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa',
      DEMO: 'on',
      BCRYPT_COST: '10',
      // So many passwords are to be looked at; those that aren't are answered without any work, whatever the name.
      LOGIN_MAX_FAILURES: '1000',
    });
    await query(database.url, `UPDATE gatehouse.accounts SET is_active = false WHERE username = 'pat'`);
    const answers = new Set<string>();
    const fail = async (kind: Attempt): Promise<number> => {
      // The disabled account comes with its right password: nothing else would tell that it is right.
      const password = kind === 'disabled' ? service.passwords.get('pat')! : 'not the password';
      const body = new URLSearchParams({ username: ATTEMPTS[kind], password });
      const start = performance.now();
      const answer = await fetch(`${service.url}/token`, { method: 'POST', body });
      answers.add(`${answer.status} ${await answer.text()}`);
      return performance.now() - start;
    };
    const times: Record<Attempt, number[]> = { unknown: [], disabled: [], wrong: [] };
    // The first ones warm up.
    for (let round = -5; round < ROUNDS; round++) {
      // Whoever comes first in a round isn't always the same.
      for (let turn = 0; turn < KINDS.length; turn++) {
        const kind = KINDS[(round + 5 + turn) % KINDS.length]!;
        const took = await fail(kind);
        if (round >= 0) times[kind].push(took);
      }
    }
    await service.stop();
    await database.drop();
    const medians = KINDS.map((kind) => median(times[kind]));
    // Figures are wanted, also where the test passes.
    process.stdout.write(`${KINDS.map((kind, at) => `${kind} ${medians[at]!.toFixed(2)} ms`).join(', ')}\n`);
    expect(answers.size, [...answers].join('\n')).toBe(1);
    expect(Math.max(...medians) / Math.min(...medians)).toBeLessThan(1.1);
  },
);
