import fc from 'fast-check';
import { expect } from 'vitest';
import { sequences } from './commands.js';
import { Model } from './model.js';
import { begin } from './token-steps.js';
import { World } from './world.js';

/** How sequences are run. */
export interface ModelRun {
  readonly sequences: number;
  /** Milliseconds after which no further sequence is begun, and a failing one isn't made any shorter. */
  readonly limit: number;
  /** Whether used refresh tokens may come again for a while. */
  readonly leeway: boolean;
}

/** What was run. */
export interface ModelReport {
  readonly sequences: number;
  /** How often each step was taken, and tokens were seen in each state. */
  readonly seen: ReadonlyMap<string, number>;
}

/**
 * Runs random sequences of steps against the service and the model, and after each step holds all tokens of the model
 * against both. What fails is made as short as can be, and told with its seed and path.
 */
export async function runModel({ sequences: wanted, limit, leeway }: ModelRun): Promise<ModelReport> {
  // ES256, since an RSA key takes longer to make than a sequence to run.
  const world = await World.open({
    REFRESH_REUSE_LEEWAY: leeway ? '10m' : '0',
    TOKEN_ALGORITHM: 'ES256',
    // The model knows no limit on failed logins, of which those who are switched off have as many as there are steps.
    LOGIN_MAX_FAILURES: '1000',
  });
  let run = 0;
  try {
    await fc.assert(
      fc.asyncProperty(sequences(leeway), async (steps) => {
        run++;
        const model = new Model(world.known, leeway);
        await world.reset();
        await begin(model, world);
        await fc.asyncModelRun(() => ({ model, real: world }), steps);
      }),
      { numRuns: wanted, interruptAfterTimeLimit: limit },
    );
  } finally {
    await world.close();
  }
  // Sequences in which nothing is ever refused, or nothing admitted, would agree with any model.
  for (const state of ['guard 200', 'guard 401', 'guard 403', 'introspected: active', 'introspected: not active']) {
    expect(world.seen.get(state) ?? 0, state).toBeGreaterThan(0);
  }
  return { sequences: run, seen: world.seen };
}
