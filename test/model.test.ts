import { expect, it } from 'vitest';
import { runModel } from './model/run.js';

it.each([
  ['strictly', 25, false],
  ['with a leeway for used refresh tokens', 10, true],
] as const)(
  'tokens are alive, dead, and good for exactly what a small model says, in random sequences at two instances, %s',
  { timeout: 120_000 },
  async (_, wanted, leeway) => {
    expect((await runModel({ sequences: wanted, limit: 110_000, leeway })).sequences).toBe(wanted);
  },
);
