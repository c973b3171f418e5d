import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

const ALONE = 'test/full/**/*.alone.test.ts';

// The long tests. Those that measure run last and one after the other: they would measure each other.
export default defineConfig({
  test: {
    projects: [
      {
        ...base,
        test: {
          ...base.test,
          name: 'together',
          // Much of their time they wait, for processes that start and servers that are away.
          maxWorkers: availableParallelism() + 1,
          include: ['test/full/**/*.test.ts'],
          exclude: [ALONE],
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...base,
        test: { ...base.test, name: 'alone', include: [ALONE], maxWorkers: 1, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
