import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createTestEnvironment, type TestEnvironment } from '../support/environment.js';
import { median } from '../support/quantile.js';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

/** Ten million by hand (`ROWS=10000000`), which takes some minutes and 6 GB; fewer here show a cost that grows as well. */
const ROWS = Number(process.env['ROWS'] ?? 1_000_000);
const ROUNDS = 300;

let service: TestEnvironment;
beforeAll(async () => {
  service = await createTestEnvironment({ silent: true });
});
afterAll(() => service.close());

/**
 * Medians, in milliseconds: of a login, of a token's first check, which asks the registry, and of a request that needs
 * no database, which tells how busy the machine is.
 */
async function measure(): Promise<Record<'login' | 'check' | 'nothing', number>> {
  const times: Record<'login' | 'check' | 'nothing', number[]> = { login: [], check: [], nothing: [] };
  const timed = async <Result>(what: keyof typeof times, work: Promise<Result>): Promise<Result> => {
    const start = performance.now();
    const result = await work;
    times[what].push(performance.now() - start);
    return result;
  };
  for (let round = 0; round < ROUNDS; round++) {
    const token = await timed('login', service.login('frank'));
    expect((await timed('check', service.ask('/finance/data', { token }))).status).toBe(200);
    await timed('nothing', service.ask('/health/live'));
  }
  return { login: median(times.login), check: median(times.check), nothing: median(times.nothing) };
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
  process.stdout.write(`${ROWS} rows: ${JSON.stringify({ before, after })}\n`);
  // A search through them all takes a second.
  expect(after.login / after.nothing).toBeLessThan((before.login / before.nothing) * 2);
  expect(after.check / after.nothing).toBeLessThan((before.check / before.nothing) * 2);
});
