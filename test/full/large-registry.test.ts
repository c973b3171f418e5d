import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createTestEnvironment, type TestEnvironment } from '../support/environment.js';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

/** Ten million by hand (`ROWS=10000000`), which takes some minutes and 6 GB; fewer here show a cost that grows as well. */
const ROWS = Number(process.env['ROWS'] ?? 1_000_000);
const ROUNDS = 300;

let service: TestEnvironment;
beforeAll(async () => {
  service = await createTestEnvironment({ silent: true });
});
afterAll(() => service.close());

/** Medians, in milliseconds: of a login, and of a token's first check, which asks the registry. */
async function measure(): Promise<{ login: number; check: number }> {
  const logins: number[] = [];
  const checks: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    let start = performance.now();
    const token = await service.login('frank');
    logins.push(performance.now() - start);
    start = performance.now();
    expect((await service.ask('/finance/data', { token })).status).toBe(200);
    checks.push(performance.now() - start);
  }
  const median = (times: number[]) => times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)]!;
  return { login: median(logins), check: median(checks) };
}

it(`${ROWS} rows in the registry slow neither a login nor a check`, async () => {
  await measure();
  const before = await measure();
  await service.database.query('SET statement_timeout = 0');
  for (let made = 0; made < ROWS; made += 250_000) {
    await service.database.query(
      `INSERT INTO gatehouse.tokens
         (jti, kind, kid, account_id, client_id, account_epoch, client_epoch, audience, issued_at, expires_at, address, agent)
       SELECT gen_random_uuid(), 'access', kid, accounts.id, 'gatehouse', accounts.epoch, 0, '{x}',
              now(), now() + interval '1 day' + n * interval '1 ms', '127.0.0.1', 'many'
         FROM generate_series(1, ${Math.min(ROWS, 250_000)}) AS n,
              (SELECT id, epoch FROM gatehouse.accounts WHERE username = 'frank') AS accounts,
              (SELECT kid FROM gatehouse.signing_keys WHERE state = 'active') AS key`,
    );
  }
  const after = await measure();
  const say = ({ login, check }: typeof after) => `login ${login.toFixed(2)} ms, check ${check.toFixed(2)} ms`;
  process.stdout.write(`without: ${say(before)}; with ${ROWS} rows: ${say(after)}\n`);
  // A search through them all takes a second.
  expect(after.login).toBeLessThan(before.login * 2);
  expect(after.check).toBeLessThan(before.check * 2);
});
