import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { startBuiltService } from '../support/built-service.js';
import { createTestDatabase } from '../support/postgres.js';
import { median } from '../support/quantile.js';

it('on a PostgreSQL that is there the service is ready in less than 2 s', { timeout: 90_000 }, async () => {
  const { url, drop } = await createTestDatabase();
  const env = {
    DATABASE_URL: url,
    DATA_DIR: tmpdir(),
    APP_SECRET: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa',
    BCRYPT_COST: '10',
  };
  await (await startBuiltService(env)).stop();
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const service = await startBuiltService(env);
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    times.push(service.startedIn);
    await service.stop();
  }
  await drop();
  process.stdout.write(`ready after ${median(times).toFixed(0)} ms (median of 5)\n`);
  expect(median(times)).toBeLessThan(2_000);
});
