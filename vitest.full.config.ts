import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import base from './vitest.config.ts';

const ALONE = 'test/full/**/*.alone.test.ts';

/** The longest of them. vitest begins with the largest files, and these are small: it would wait for them at the end. */
const LONGEST = ['model-with-leeway', 'model', 'client-faults', 'crashes-embedded', 'crashes-postgres'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/test/full/${name}.test.ts`));
      return at < 0 ? LONGEST.length : at;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}

// A process for each: they are few, and some measure their own.
const test = { ...base.test, isolate: true };

// The long tests. Those that measure run last and one after the other: they would measure each other.
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        ...base,
        test: {
          ...test,
          name: 'together',
          include: ['test/full/**/*.test.ts'],
          exclude: [ALONE],
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...base,
        test: { ...test, name: 'alone', include: [ALONE], maxWorkers: 1, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
