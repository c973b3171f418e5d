import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { startBuiltService, type BuiltService } from '../support/built-service.js';
import { query } from '../support/databases.js';
import { missingSlapd } from '../support/debian.js';
import { describeWith } from '../support/interoperability.js';
import { createTestDatabase } from '../support/postgres.js';
import { median } from '../support/quantile.js';
import { ADMIN, PEOPLE, Slapd } from '../support/slapd.js';

const ROUNDS = 60;

interface Attempt {
  readonly username: string;
  readonly password: string;
}

/** Starts the service, lets each kind of login fail so often, and ends it. The kinds must look the same from outside. */
async function expectTheSame(
  env: Record<string, string>,
  attemptsOf: (service: BuiltService, databaseUrl: string) => Promise<Record<string, Attempt>>,
): Promise<void> {
  const database = await createTestDatabase();
  const service = await startBuiltService({
    DATABASE_URL: database.url,
    DATA_DIR: tmpdir(),
    APP_SECRET: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa',
    DEMO: 'on',
    BCRYPT_COST: '10',
    // So many passwords are to be looked at; those that aren't are answered without any work, whatever the name.
    LOGIN_MAX_FAILURES: '1000',
    ...env,
  });
  const attempts = await attemptsOf(service, database.url);
  const kinds = Object.keys(attempts);
  const answers = new Set<string>();
  const fail = async (kind: string): Promise<number> => {
    const body = new URLSearchParams({ ...attempts[kind] });
    const start = performance.now();
    const answer = await fetch(`${service.url}/token`, { method: 'POST', body });
    answers.add(`${answer.status} ${await answer.text()}`);
    return performance.now() - start;
  };
  const times = new Map<string, number[]>(kinds.map((kind) => [kind, []]));
  // The first ones warm up.
  for (let round = -5; round < ROUNDS; round++) {
    // Whoever comes first in a round isn't always the same.
    for (let turn = 0; turn < kinds.length; turn++) {
      const kind = kinds[(round + 5 + turn) % kinds.length]!;
      const took = await fail(kind);
      if (round >= 0) times.get(kind)!.push(took);
    }
  }
  await service.stop();
  await database.drop();
  const medians = kinds.map((kind) => median(times.get(kind)!));
  // Figures are wanted, also where the test passes.
  process.stdout.write(`${kinds.map((kind, at) => `${kind} ${medians[at]!.toFixed(2)} ms`).join(', ')}\n`);
  expect(answers.size, [...answers].join('\n')).toBe(1);
  expect(Math.max(...medians) / Math.min(...medians)).toBeLessThan(1.1);
}

const NOT_THE_PASSWORD = 'not the password';

it(
  'the time of a failed login doesn’t tell an unknown name, a disabled account and a wrong password apart',
  { timeout: 120_000 },
  () =>
    expectTheSame({}, async ({ passwords }, databaseUrl) => {
      await query(databaseUrl, `UPDATE gatehouse.accounts SET is_active = false WHERE username = 'pat'`);
      return {
        unknown: { username: 'nobody', password: NOT_THE_PASSWORD },
        // With its right password: nothing else would tell that it is right.
        disabled: { username: 'pat', password: passwords.get('pat')! },
        wrong: { username: 'frank', password: NOT_THE_PASSWORD },
      };
    }),
);

describeWith(missingSlapd(), 'beside a directory', () => {
  it(
    'the time of a failed login doesn’t tell either who lives there, and whether they were ever here',
    { timeout: 120_000 },
    async () => {
      const slapd = await Slapd.start();
      const password = 'of the directory, and nobody else’s';
      for (const name of ['ada', 'bob']) await slapd.addPerson(name, password, { cn: name });
      const env = {
        LDAP_URL: `ldap://127.0.0.1:${slapd.port}`,
        LDAP_BIND_DN: ADMIN.dn,
        LDAP_BIND_PASSWORD: ADMIN.password,
        LDAP_USER_BASE: PEOPLE,
      };
      try {
        await expectTheSame(env, async ({ url, passwords }, databaseUrl) => {
          const body = new URLSearchParams({ username: 'ada', password });
          expect((await fetch(`${url}/token`, { method: 'POST', body })).status).toBe(200);
          await query(databaseUrl, `UPDATE gatehouse.accounts SET is_active = false WHERE username = 'pat'`);
          return {
            unknown: { username: 'nobody', password: NOT_THE_PASSWORD },
            disabled: { username: 'pat', password: passwords.get('pat')! },
            wrong: { username: 'frank', password: NOT_THE_PASSWORD },
            'of the directory': { username: 'ada', password: NOT_THE_PASSWORD },
            'of the directory, never here': { username: 'bob', password: NOT_THE_PASSWORD },
          };
        });
      } finally {
        await slapd.stop();
      }
    },
  );
});
