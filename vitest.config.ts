import { availableParallelism } from 'node:os';
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
    globalSetup: ['test/support/run.setup.ts'],
    // Processes, not threads: tests send signals and hash passwords in the thread pool. One more than there are cores:
    // much of their time they wait, for processes that start and for news that travel.
    pool: 'forks',
    maxWorkers: availableParallelism() + 1,
    // One process for many files: each would spend a second or two of processor time on loading Nest and TypeORM anew, a
    // quarter of the whole run. So no file may leave anything behind that another would see.
    isolate: false,
    restoreMocks: true,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
