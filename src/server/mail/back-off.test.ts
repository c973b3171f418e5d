import { expect, it } from 'vitest';
import { backOff } from './back-off.js';

const DAY = 86_400;

it('a mail that could not be sent waits twice as long each time, up to an hour', () => {
  const delays = Array.from({ length: 9 }, (_, index) => backOff(30, index + 1, 0));
  expect(delays).toEqual([30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
  expect(backOff(3_600, 1, 0)).toBe(3_600);
  expect(backOff(1, 1_000_000, 0)).toBe(3_600);
});

it('a mail is given up after three days, and not before', () => {
  expect(backOff(30, 80, 3 * DAY - 1)).toBe(3_600);
  expect(backOff(30, 80, 3 * DAY)).toBeUndefined();
});
