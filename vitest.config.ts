import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Said here too, since tsconfig.json leaves the tests out and the transformer would not see its flags for them.
  oxc: {
    decorator: { legacy: true, emitDecoratorMetadata: true },
    assumptions: { setPublicClassFields: true },
    typescript: { removeClassFieldsWithoutInitializer: true },
  },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/support/postgres.setup.ts'],
    // Processes, not threads: tests send signals and hash passwords in the thread pool. Two, for two cores.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
