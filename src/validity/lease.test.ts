import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Lease, type Moment } from './lease.js';

function leaseAt(start: Moment) {
  let clock = start;
  const lease = new Lease(200, () => clock);
  lease.renew(start);
  return { lease, set: (moment: Moment) => (clock = moment) };
}

describe('Lease', () => {
  it('is not fresh before it was ever renewed', () => {
    expect(new Lease(200).isFresh).toBe(false);
  });

  it('is fresh only while both clocks say so', () => {
    const offset = fc.integer({ min: -1_000, max: 1_000 });
    fc.assert(
      fc.property(fc.nat(1_000), offset, (monotonic, wall) => {
        const { lease, set } = leaseAt({ monotonic: 10_000, wall: 1_700_000_000_000 });
        set({ monotonic: 10_000 + monotonic, wall: 1_700_000_000_000 + wall });
        expect(lease.isFresh).toBe(monotonic < 200 && wall > -200 && wall < 200);
      }),
    );
  });

  it('lapses where a process was paused, or the machine slept and only the wall clock went on', () => {
    const { lease, set } = leaseAt({ monotonic: 0, wall: 0 });
    set({ monotonic: 5_000, wall: 5_000 });
    expect(lease.isFresh).toBe(false);
    lease.renew({ monotonic: 5_000, wall: 5_000 });
    expect(lease.isFresh).toBe(true);
    set({ monotonic: 5_010, wall: 9_000 });
    expect(lease.isFresh).toBe(false);
  });

  it('is not made younger by a look that began before the last one', () => {
    const { lease, set } = leaseAt({ monotonic: 100, wall: 100 });
    lease.renew({ monotonic: 50, wall: 50 });
    set({ monotonic: 280, wall: 280 });
    expect(lease.isFresh).toBe(true);
  });

  it('stays lapsed until it is renewed', () => {
    const { lease } = leaseAt({ monotonic: 100, wall: 100 });
    lease.lapse();
    expect(lease.isFresh).toBe(false);
    lease.renew({ monotonic: 101, wall: 101 });
    expect(lease.isFresh).toBe(true);
  });
});
