import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Turn, WaitingLines } from './waiting-lines.js';

/** So many places, and a count of how often was asked for one. */
class Places {
  asked = 0;
  error: unknown;
  refusal: unknown;
  constructor(public free: number) {}

  readonly ask = async (): Promise<Turn<number, unknown>> => {
    this.asked++;
    if (this.error) throw this.error;
    if (this.refusal) return { outcome: 'refused', refusal: this.refusal };
    return this.free > 0 ? { outcome: 'granted', granted: this.free-- } : { outcome: 'wait' };
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a line', () => {
  it('lets in as many as there is room for when one has ended, in their order', async () => {
    const [lines, places] = [new WaitingLines<number>(10), new Places(0)];
    const entered: string[] = [];
    const all = ['first', 'second', 'third'].map(async (who) => {
      await lines.stand('key', places.ask);
      entered.push(who);
    });
    places.free = 2;
    lines.moved('key');
    await vi.waitFor(() => expect(entered).toEqual(['first', 'second']));
    expect(lines.has('key')).toBe(true);
    places.free = 1;
    lines.moved('key');
    await Promise.all(all);
    expect(entered).toEqual(['first', 'second', 'third']);
    expect(lines.has('key')).toBe(false);
  });

  it('asks again by itself, ever less often, where nothing is heard of', async () => {
    const [lines, places] = [new WaitingLines<number>(10), new Places(0)];
    const waiting = lines.stand('key', places.ask);
    await vi.advanceTimersByTimeAsync(10_000);
    // 50 ms, 100, 200, 400, 800, then each second.
    expect(places.asked).toBeGreaterThan(8);
    expect(places.asked).toBeLessThan(16);
    places.free = 1;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await waiting).toBe(1);
  });

  it('hears of one that ends while it asks', async () => {
    const lines = new WaitingLines<number>(10);
    let asked = 0;
    const waiting = lines.stand('key', async () => {
      if (asked++ > 0) return { outcome: 'granted', granted: 1 };
      lines.moved('key');
      return { outcome: 'wait' };
    });
    await vi.advanceTimersByTimeAsync(50);
    expect(await waiting).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is refused as a whole, or fails as a whole', async () => {
    for (const outcome of ['refusal', 'error'] as const) {
      const [lines, places] = [new WaitingLines<number>(10), new Places(0)];
      const all = [1, 2, 3].map(() => lines.stand('key', places.ask));
      const settled = Promise.allSettled(all);
      const reason = new Error(outcome);
      places[outcome] = reason;
      lines.moved('key');
      expect(await settled).toEqual(Array.from({ length: 3 }, () => ({ status: 'rejected', reason })));
      expect(places.asked).toBe(1);
      expect(lines.has('key')).toBe(false);
    }
  });

  it('serves those, too, who come when the last one has just been let in', async () => {
    const [lines, places] = [new WaitingLines<number>(10), new Places(0)];
    const first = lines.stand('key', places.ask);
    places.free = 2;
    lines.moved('key');
    await first;
    const second = lines.stand('key', places.ask);
    await vi.advanceTimersByTimeAsync(50);
    expect(await second).toBe(1);
  });
});

describe('lines', () => {
  it('don’t wait for each other', async () => {
    const [lines, full, free] = [new WaitingLines<number>(10), new Places(0), new Places(1)];
    const waiting = lines.stand('full', full.ask);
    const other = lines.stand('free', free.ask);
    lines.moved('free');
    expect(await other).toBe(1);
    full.free = 1;
    lines.moved('full');
    expect(await waiting).toBe(1);
  });

  it('hold so many together, and turn the rest away at once', async () => {
    const [lines, places] = [new WaitingLines<number>(2), new Places(0)];
    const two = [lines.stand('one', places.ask), lines.stand('other', places.ask)];
    expect(await lines.stand('one', places.ask)).toBeUndefined();
    expect(await lines.stand('third', places.ask)).toBeUndefined();
    expect(lines.has('third')).toBe(false);
    places.free = 3;
    lines.moved('one');
    lines.moved('other');
    await Promise.all(two);
    const again = lines.stand('one', places.ask);
    lines.moved('one');
    expect(await again).toBe(1);
  });
});
