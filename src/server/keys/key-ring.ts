import type { TokenAlgorithm } from '../../validity/index.js';

/**
 * Where a key is in its life: `next` is published and doesn't sign yet, `active` signs, `retired` verifies what it has
 * signed, `revoked` is good for nothing, and neither is what it has signed. After the last two its row is removed.
 */
export type KeyState = 'next' | 'active' | 'retired' | 'revoked';

/** A key, as far as its life goes. */
export interface RingKey {
  readonly kid: string;
  readonly algorithm: TokenAlgorithm;
  readonly state: KeyState;
}

/** A step in the life of a key. */
export interface Move {
  readonly kid: string;
  readonly to: KeyState | 'gone';
}

/** What to do with the keys, in this order: the moves, then new keys in these states. */
export interface Plan {
  readonly moves: readonly Move[];
  readonly make: readonly ('active' | 'next')[];
}

const NOTHING: Plan = { moves: [], make: [] };

/**
 * At the start: one active key and one next, both of the algorithm. Another algorithm than before is a rotation; what
 * the former key has signed stays good. A next key of the former algorithm has signed nothing, and is dropped.
 */
export function settle(ring: readonly RingKey[], algorithm: TokenAlgorithm): Plan {
  const { active, next } = standing(ring);
  const [activeFits, nextFits] = [active?.algorithm === algorithm, next?.algorithm === algorithm];
  if (activeFits && nextFits) return NOTHING;
  const drop: Move[] = next && !nextFits ? [{ kid: next.kid, to: 'gone' }] : [];
  if (activeFits) return { moves: drop, make: ['next'] };
  const retire: Move[] = active ? [{ kid: active.kid, to: 'retired' }] : [];
  return nextFits
    ? { moves: [...retire, { kid: next!.kid, to: 'active' }], make: ['next'] }
    : { moves: [...retire, ...drop], make: ['active', 'next'] };
}

/**
 * The published next key becomes active, of whichever algorithm it is: verifiers know it already. The one that was active
 * goes on verifying.
 */
export function rotate(ring: readonly RingKey[]): Plan {
  const { active, next } = standing(ring);
  const moves: Move[] = [];
  if (active) moves.push({ kid: active.kid, to: 'retired' });
  if (next) moves.push({ kid: next.kid, to: 'active' });
  return { moves, make: next ? ['next'] : ['active', 'next'] };
}

/** The emergency: whoever got one key may have got all, the next one too. None of them is good for anything any more. */
export function revokeAll(ring: readonly RingKey[]): Plan {
  const moves = ring.filter(({ state }) => state !== 'revoked').map(({ kid }): Move => ({ kid, to: 'revoked' }));
  return { moves, make: ['active', 'next'] };
}

/** Keys that sign no more, and whose last token has expired, are removed. */
export function removeSpent(ring: readonly RingKey[], isSpent: (kid: string) => boolean): Plan {
  const spent = ring.filter(({ kid, state }) => (state === 'retired' || state === 'revoked') && isSpent(kid));
  return { moves: spent.map(({ kid }): Move => ({ kid, to: 'gone' })), make: [] };
}

function standing(ring: readonly RingKey[]): { active: RingKey | undefined; next: RingKey | undefined } {
  return { active: ring.find(({ state }) => state === 'active'), next: ring.find(({ state }) => state === 'next') };
}
