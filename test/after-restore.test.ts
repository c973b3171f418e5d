import { expect, it } from 'vitest';
import { createTestEnvironment } from './support/environment.js';

it('after a restore all tokens that are out end, and new ones are good', async () => {
  const service = await createTestEnvironment();
  const before = await service.login('frank');
  expect((await service.ask('/finance/data', { token: before })).status).toBe(200);
  await service.change('SELECT gatehouse.after_restore()');
  expect((await service.ask('/finance/data', { token: before })).status).toBe(401);
  expect((await service.ask('/finance/data', { token: await service.login('frank') })).status).toBe(200);
  await service.close();
});
