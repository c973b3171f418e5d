import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TokenAlgorithm } from '../../validity/index.js';
import { removeSpent, revokeAll, rotate, settle, type Plan, type RingKey } from './key-ring.js';

let made = 0;

/** What the database does with a plan; it refuses a second key in a state of which there is one. */
function carriedOut(ring: readonly RingKey[], { moves, make }: Plan, algorithm: TokenAlgorithm): RingKey[] {
  let keys = [...ring];
  const put = (key: RingKey) => {
    const taken = keys.some(({ state }) => state === key.state && (state === 'active' || state === 'next'));
    if (taken) throw new Error(`two keys are ${key.state}`);
    keys.push(key);
  };
  for (const { kid, to } of moves) {
    const key = keys.find((one) => one.kid === kid);
    if (!key) throw new Error('a key that is not there was moved');
    keys = keys.filter((one) => one !== key);
    if (to !== 'gone') put({ ...key, state: to });
  }
  for (const state of make) put({ kid: `k${++made}`, algorithm, state });
  return keys;
}

const algorithm = fc.constantFrom('RS256' as const, 'ES256' as const);
const event = fc.oneof(
  fc.record({ kind: fc.constant('start' as const), algorithm }),
  fc.record({ kind: fc.constantFrom('rotate' as const, 'emergency' as const), algorithm }),
  fc.record({ kind: fc.constant('remove' as const), algorithm, spent: fc.func(fc.boolean()) }),
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

function planFor(ring: readonly RingKey[], { kind, algorithm: wanted, ...rest }: Event): Plan {
  if (kind === 'start') return settle(ring, wanted);
  if (kind === 'rotate') return rotate(ring);
  if (kind === 'emergency') return revokeAll(ring);
  return removeSpent(ring, (rest as { spent: (kid: string) => boolean }).spent);
}

describe('the keys, whatever happens to them in whatever order', () => {
  it('are one active and one next; none comes back, and none becomes active that was revoked or has signed before', () => {
    fc.assert(
      fc.property(algorithm, fc.array(event, { maxLength: 40 }), (first, events) => {
        let ring = carriedOut([], settle([], first), first);
        const history = new Map(ring.map(({ kid, state }) => [kid, state as string]));
        const follows: Record<string, readonly string[]> = {
          new: ['active', 'next'],
          next: ['next', 'active', 'revoked', 'gone'],
          active: ['active', 'retired', 'revoked'],
          retired: ['retired', 'revoked', 'gone'],
          revoked: ['revoked', 'gone'],
          gone: ['gone'],
        };
        for (const one of events) {
          const former = ring;
          ring = carriedOut(ring, planFor(ring, one), one.algorithm);
          const count = (state: string) => ring.filter((key) => key.state === state).length;
          expect([count('active'), count('next')]).toEqual([1, 1]);
          const states = new Map(ring.map(({ kid, state }) => [kid, state as string]));
          for (const kid of new Set([...history.keys(), ...states.keys()])) {
            const [before, after] = [history.get(kid) ?? 'new', states.get(kid) ?? 'gone'];
            expect(follows[before], `${before} → ${after}`).toContain(after);
            history.set(kid, after);
          }
          if (one.kind === 'start') {
            const standing = ring.filter(({ state }) => state === 'active' || state === 'next');
            expect(standing.every((key) => key.algorithm === one.algorithm)).toBe(true);
          }
          if (one.kind === 'rotate') {
            const next = former.find(({ state }) => state === 'next')!;
            expect(ring.find(({ state }) => state === 'active')!.kid).toBe(next.kid);
          }
          if (one.kind === 'emergency') {
            for (const { kid } of former) expect(history.get(kid)).toBe('revoked');
          }
          if (one.kind === 'remove') {
            const gone = former.filter(({ kid }) => history.get(kid) === 'gone');
            expect(gone.every(({ state }) => state === 'retired' || state === 'revoked')).toBe(true);
          }
        }
      }),
    );
  });

  it('at a start with the same algorithm stay as they are', () => {
    fc.assert(
      fc.property(algorithm, (wanted) => {
        const ring = carriedOut([], settle([], wanted), wanted);
        expect(settle(ring, wanted)).toEqual({ moves: [], make: [] });
      }),
    );
  });
});

describe('a start', () => {
  const active: RingKey = { kid: 'a', algorithm: 'RS256', state: 'active' };
  const next: RingKey = { kid: 'n', algorithm: 'RS256', state: 'next' };

  it('makes the key that is missing, and keeps the other', () => {
    expect(settle([active], 'RS256')).toEqual({ moves: [], make: ['next'] });
    expect(settle([next], 'RS256')).toEqual({ moves: [{ kid: 'n', to: 'active' }], make: ['next'] });
  });

  it('with another algorithm retires what has signed, and drops what has not', () => {
    expect(settle([active, next], 'ES256')).toEqual({
      moves: [
        { kid: 'a', to: 'retired' },
        { kid: 'n', to: 'gone' },
      ],
      make: ['active', 'next'],
    });
  });

  it('with the algorithm that was published as next uses that key', () => {
    expect(settle([active, { ...next, algorithm: 'ES256' }], 'ES256')).toEqual({
      moves: [
        { kid: 'a', to: 'retired' },
        { kid: 'n', to: 'active' },
      ],
      make: ['next'],
    });
  });
});
