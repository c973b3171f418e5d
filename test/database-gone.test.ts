import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { preparePostgres, type PreparedPostgres } from './support/postgres-server.js';

vi.setConfig({ hookTimeout: 90_000, testTimeout: 60_000 });

let postgres: PreparedPostgres;
let service: TestEnvironment;

beforeAll(async () => {
  postgres = await preparePostgres();
  await postgres.start();
  service = await createTestEnvironment({ databaseUrl: postgres.url });
});
afterAll(async () => {
  await service.close();
  await postgres.remove();
});

describe('while the database is gone', () => {
  it('nothing is guessed: 503 and never 401 or 200, and all is well when it is back', async () => {
    const form = { username: 'frank', password: service.passwords.get('frank')! };
    const token = await service.login('frank');
    const ready = async (): Promise<number> => (await service.ask('/health/ready')).status;
    await postgres.stop();
    // What is known may be trusted for a fifth of a second.
    await vi.waitFor(async () => expect(await ready()).toBe(503), { interval: 20 });

    for (const asked of [service.ask('/finance/data', { token }), service.ask('/token', { form })]) {
      const { status, headers, text } = await asked;
      expect(status).toBe(503);
      expect(headers.get('retry-after')).toMatch(/^\d+$/);
      expect(text).not.toMatch(/127\.0\.0\.1|ECONN|postgres/i);
    }
    expect((await service.ask('/health/live')).status).toBe(200);
    expect((await service.ask('/finance/data')).status).toBe(401);

    await postgres.start();
    await vi.waitFor(async () => expect(await ready()).toBe(200), { interval: 20, timeout: 5_000 });
    expect((await service.ask('/finance/data', { token })).status).toBe(200);
    expect((await service.ask('/token', { form })).status).toBe(200);
  });
});
