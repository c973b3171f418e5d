import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from './duration.js';

describe('durations', () => {
  it.each([
    ['60m', 3_600],
    ['900d', 77_760_000],
    ['10s', 10],
    ['2h', 7_200],
    ['0', 0],
    ['0s', 0],
  ])('reads %s as %d seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each(['', '60', 'm', '-1m', '1.5h', '1 h', '60M', '1h30m', '1e3s', '١m', '10s\n', '9999999999s'])(
    'refuses %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it('reads back whatever it writes', () => {
    fc.assert(fc.property(fc.nat(999_999_999), (seconds) => parseDuration(formatDuration(seconds)) === seconds));
  });

  it('writes the shortest form', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999 }), fc.constantFrom('s', 'm', 'h', 'd'), (count, unit) => {
        const text = `${count}${unit}`;
        return formatDuration(parseDuration(text)!).length <= text.length;
      }),
    );
  });

  it('takes nothing but digits and one unit', () => {
    fc.assert(fc.property(fc.string(), (text) => parseDuration(text) === undefined || /^(0|\d+[smhd])$/.test(text)));
  });
});
