import fc from 'fast-check';
import { expect } from 'vitest';
import type { Model, Outcome } from './model.js';
import type { Instance, Reply, World } from './world.js';

/** A step of a sequence, as fast-check takes it. */
export type Command = fc.AsyncCommand<Model, World>;

/** A step: what it is called, whether it can be taken now, and what it does to the model and to the service. */
export interface Step {
  readonly name: string;
  readonly at: Instance;
  readonly possible?: (model: Model) => boolean;
  readonly take: (model: Model, world: World) => Promise<void>;
}

/** After the step every token must be as the model says. */
export const command = ({ name, at, possible, take }: Step): Command => ({
  // fast-check calls it readonly, in a way that a class isn't.
  check: (model) => possible?.(model as Model) ?? true,
  run: async (model, world) => {
    await take(model, world);
    world.count(name.split(' ')[0]!);
    await world.check(model, at);
  },
  toString: () => `${name} @${at}`,
});

/** The service must answer what the model says: an error or a status, or tokens, which are the model's from then on. */
export function settle({ status, json }: Reply, outcome: Outcome): void {
  if (typeof outcome === 'string') {
    expect(json?.error ?? String(status)).toBe(outcome);
    return;
  }
  expect(status, JSON.stringify(json)).toBeLessThan(300);
  for (const token of outcome) {
    token.value = token.kind === 'refresh' ? json.refresh_token : (json.access_token ?? json.token);
  }
}

/** Which of the two instances it is taken at. */
export const at = fc.constantFrom<Instance>(0, 1);
