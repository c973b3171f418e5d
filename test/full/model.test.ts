import { expect, it } from 'vitest';
import { runModel } from '../model/run.js';

/** Milliseconds, for each thousand. */
const LIMIT = 8 * 60_000;

it.each([
  ['strictly', false],
  ['with a leeway for used refresh tokens', true],
] as const)(
  'tokens are alive, dead, and good for exactly what a small model says, in a thousand random sequences, %s',
  { timeout: LIMIT + 60_000 },
  async (_, leeway) => {
    const { sequences, seen } = await runModel({ sequences: 1_000, limit: LIMIT, leeway });
    // Figures are wanted, also where the test passes.
    process.stdout.write(`${sequences} sequences: ${JSON.stringify(Object.fromEntries(seen))}\n`);
    expect(sequences).toBe(1_000);
  },
);
