import { expect, it } from 'vitest';
import { createTestEnvironment } from './support/environment.js';
import { pairFor } from './support/oauth.js';

// PostgreSQL refuses a prepared statement whose answer has changed its form, on each connection that has prepared it: every
// login at the older instances of a rolling upgrade failed with 500 for up to ten minutes.
it('a migration that changes the type of a column fails no login at an instance that runs already', async () => {
  const service = await createTestEnvironment({ env: { DATABASE_POOL_SIZE: '2' } });
  for (let round = 0; round < 4; round++) await Promise.all([pairFor(service, 'frank'), pairFor(service, 'heidi')]);
  await service.database.query('ALTER TABLE gatehouse.accounts ALTER COLUMN name TYPE varchar(300)');
  for (let round = 0; round < 4; round++) {
    const [{ access_token: token }] = await Promise.all([pairFor(service, 'frank'), pairFor(service, 'heidi')]);
    expect((await service.ask('/finance', { token })).status).toBe(200);
  }
  await service.close();
});
