import 'reflect-metadata';
import { inspect } from 'node:util';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IsWholeNumber } from './is-whole-number.decorator.js';

class Example {
  @IsWholeNumber(1, 1_000_000_000_000)
  amount: unknown;
}

const accepts = (amount: unknown): boolean => validateSync(Object.assign(new Example(), { amount })).length === 0;

describe('a whole number', () => {
  it('is accepted between its bounds, both included', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1_000_000_000_000 }), accepts));
    expect([1, 1_000_000_000_000].every(accepts)).toBe(true);
  });

  it('is refused beyond its bounds, in parts, and as anything but a number', () => {
    for (const amount of [
      0,
      -1,
      1_000_000_000_001,
      1.5,
      NaN,
      Infinity,
      2 ** 53,
      '5',
      5n,
      true,
      null,
      undefined,
      [5],
      {},
    ]) {
      expect(accepts(amount), inspect(amount)).toBe(false);
    }
  });
});
