import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.js';

it('allows a burst, then one as often as the rate says, and a burst again after a rest', () => {
  let time = 0;
  const bucket = new TokenBucket(1, 3, () => time);
  const allowed = () => [1, 2, 3, 4].filter(() => bucket.take()).length;
  expect(allowed()).toBe(3);
  time = 999;
  expect(allowed()).toBe(0);
  time = 1_000;
  expect(allowed()).toBe(1);
  time = 60_000;
  expect(allowed()).toBe(3);
});

it('never allows more than the burst and what the time since has brought', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 10 }),
      fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 200 }),
      (rate, burst, pauses) => {
        let time = 0;
        let allowed = 0;
        const bucket = new TokenBucket(rate, burst, () => time);
        for (const pause of pauses) {
          time += pause;
          if (bucket.take()) allowed++;
          expect(allowed).toBeLessThanOrEqual(burst + (time / 1_000) * rate + 1e-6);
        }
      },
    ),
  );
});
