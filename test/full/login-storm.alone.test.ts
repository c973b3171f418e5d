import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { startBuiltService } from '../support/built-service.js';
import { createTestDatabase } from '../support/postgres.js';

interface Measured {
  logins: number;
  routes: { route: string; quiet: number; storm: number; ratio: number }[];
}

it(
  '64 logins at once without pause leave everybody else served: hashing is bounded, and off the event loop',
  { timeout: 240_000 },
  async () => {
    const { measureLoginStorm } = (await import(String(new URL('../../bench/login-storm.mjs', import.meta.url)))) as {
      measureLoginStorm: (options: object) => Promise<Measured>;
    };
    const { url: databaseUrl, drop } = await createTestDatabase();
    const service = await startBuiltService({ DATABASE_URL: databaseUrl, DATA_DIR: tmpdir() });
    const password = service.passwords.get('frank');
    const { logins, routes } = await measureLoginStorm({
      url: service.url,
      username: 'frank',
      password,
      seconds: 3,
      rounds: 4,
    });
    await service.stop();
    await drop();
    // Figures are wanted, also where the test passes.
    process.stdout.write(`${logins} logins: ${JSON.stringify(routes)}\n`);
    expect(logins).toBeGreaterThan(64);
    // The aim is 2.5, and two cores don't hold it every time (docs/performance.md). Unbounded hashing gives 80, hashing on
    // the event loop hundreds: that is what this guards against.
    for (const { route, ratio } of routes) expect(ratio, route).toBeLessThan(8);
  },
);
