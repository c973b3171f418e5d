import { expect, it } from 'vitest';
import { runModel } from './run.js';

/** Milliseconds. */
const LIMIT = 10 * 60_000;

/** The test of a thousand sequences. Two files call it, so that both kinds run at once. */
export function thousandSequences(kind: string, leeway: boolean): void {
  it(
    `tokens are alive, dead, and good for exactly what a small model says, in a thousand random sequences, ${kind}`,
    { timeout: LIMIT + 60_000 },
    async () => {
      const { sequences, seen } = await runModel({ sequences: 1_000, limit: LIMIT, leeway });
      // Figures are wanted, also where the test passes.
      process.stdout.write(`${sequences} sequences: ${JSON.stringify(Object.fromEntries(seen))}\n`);
      expect(sequences).toBe(1_000);
    },
  );
}
