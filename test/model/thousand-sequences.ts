import { expect, it } from 'vitest';
import { runModel } from './run.js';

/** MODEL_SEQUENCES makes it fewer. */
const SEQUENCES = Number(process.env['MODEL_SEQUENCES'] ?? 1_000);

/** Milliseconds. */
const LIMIT = 10 * 60_000;

/** The test of a thousand sequences. Two files call it, so that both kinds run at once. */
export function thousandSequences(kind: string, leeway: boolean): void {
  it(
    `tokens are alive, dead, and good for exactly what a small model says, in ${SEQUENCES} random sequences, ${kind}`,
    { timeout: LIMIT + 60_000 },
    async () => {
      const { sequences, seen } = await runModel({ sequences: SEQUENCES, limit: LIMIT, leeway });
      // Figures are wanted, also where the test passes.
      process.stdout.write(`${sequences} sequences: ${JSON.stringify(Object.fromEntries(seen))}\n`);
      expect(sequences).toBe(SEQUENCES);
    },
  );
}
