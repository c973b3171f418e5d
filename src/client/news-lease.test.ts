import { beforeEach, describe, expect, it } from 'vitest';
import type { Moment } from '../validity/index.js';
import { NewsLease } from './news-lease.js';

/** The service's monotonic clock is far from this side's, as it is in fact. */
const SERVICE = 5_000_000;

let time: { monotonic: number; wall: number };
let lease: NewsLease;
const clock = (): Moment => ({ ...time });
const pass = (milliseconds: number): void => {
  time.monotonic += milliseconds;
  time.wall += milliseconds;
};

beforeEach(() => {
  time = { monotonic: 1_000, wall: 1_700_000_000_000 };
  lease = new NewsLease(clock);
});

describe('the lease of the news', () => {
  it('is not fresh before the first heartbeat', () => {
    expect(lease.isFresh).toBe(false);
    expect(lease.age).toBe(Infinity);
  });

  it('runs for 800 ms from the moment that the heartbeat vouches for', () => {
    const opening = { sent: clock(), clock: SERVICE, lease: 800 };
    pass(300);
    expect(lease.heartbeat(opening, SERVICE + 250)).toBe(true);
    expect(lease.age).toBe(50);
    pass(749);
    expect(lease.isFresh).toBe(true);
    pass(1);
    expect(lease.isFresh).toBe(false);
  });

  it('never begins behind a proxy that delays everything by an even 2 s', () => {
    const opening = { sent: clock(), clock: SERVICE + 2_000, lease: 800 };
    pass(4_000);
    for (let beat = 0; beat < 50; beat++) {
      // Vouches for 2 s ago, and was accepted 2 s after it was sent: together 4 s.
      lease.heartbeat(opening, SERVICE + 2_000 + beat * 200);
      expect(lease.isFresh).toBe(false);
      pass(200);
    }
    expect(lease.hasLapsed).toBe(true);
  });

  it('is not renewed by heartbeats that were held back during a pause', () => {
    const opening = { sent: clock(), clock: SERVICE, lease: 800 };
    lease.heartbeat(opening, SERVICE);
    pass(5_000);
    for (let beat = 1; beat <= 20; beat++) lease.heartbeat(opening, SERVICE + beat * 200);
    expect(lease.isFresh).toBe(false);
    lease.heartbeat(opening, SERVICE + 4_900);
    expect(lease.isFresh).toBe(true);
    expect(lease.age).toBe(100);
  });

  it('is not renewed by heartbeats of an instance that lost its database: they vouch for ever the same moment', () => {
    const opening = { sent: clock(), clock: SERVICE, lease: 800 };
    for (let beat = 0; beat < 5; beat++) {
      lease.heartbeat(opening, SERVICE + 10);
      pass(200);
    }
    expect(lease.isFresh).toBe(false);
  });

  it.each([-3_600_000, 3_600_000, -2_000, 2_000])(
    'lapses when the wall clock is set by %i ms, and wants a new stream',
    (by) => {
      const opening = { sent: clock(), clock: SERVICE, lease: 800 };
      lease.heartbeat(opening, SERVICE);
      time.wall += by;
      expect(lease.isFresh).toBe(false);
      pass(200);
      expect(lease.heartbeat(opening, SERVICE + 200)).toBe(false);
      expect(lease.isFresh).toBe(false);
      const anew = { sent: clock(), clock: SERVICE + 200, lease: 800 };
      pass(200);
      expect(lease.heartbeat(anew, SERVICE + 390)).toBe(true);
      expect(lease.isFresh).toBe(true);
    },
  );

  it('wants a new stream when the machine slept and the monotonic clock stood still', () => {
    const opening = { sent: clock(), clock: SERVICE, lease: 800 };
    lease.heartbeat(opening, SERVICE);
    time.wall += 10_000;
    expect(lease.isFresh).toBe(false);
    expect(lease.heartbeat(opening, SERVICE + 10_000)).toBe(false);
    expect(lease.isFresh).toBe(false);
  });

  it('takes a moment in the future for a wrong clock, but for what two clocks come apart by', () => {
    const opening = { sent: clock(), clock: SERVICE, lease: 800 };
    expect(lease.heartbeat(opening, SERVICE + 30)).toBe(true);
    expect(lease.age).toBe(0);
    expect(lease.heartbeat(opening, SERVICE + 100)).toBe(false);
  });

  it('is shorter at a service that says so', () => {
    lease.heartbeat({ sent: clock(), clock: SERVICE, lease: 300 }, SERVICE);
    pass(299);
    expect(lease.isFresh).toBe(true);
    pass(1);
    expect(lease.isFresh).toBe(false);
  });

  it('says for how long it has lapsed, by whichever clock says more', () => {
    lease.heartbeat({ sent: clock(), clock: SERVICE, lease: 800 }, SERVICE);
    pass(800 + 60_000 - 1);
    expect(lease.ranWithin(60_000)).toBe(true);
    time.wall += 1;
    expect(lease.ranWithin(60_000)).toBe(false);
  });

  it('lets a request wait for the next heartbeat, and not in a long outage', async () => {
    lease.heartbeat({ sent: clock(), clock: SERVICE, lease: 800 }, SERVICE);
    pass(900);
    const waiting = lease.becomeFresh();
    lease.heartbeat({ sent: clock(), clock: SERVICE, lease: 800 }, SERVICE);
    expect(await waiting).toBe(true);
    pass(10_000);
    expect(await lease.becomeFresh()).toBe(false);
  });
});
