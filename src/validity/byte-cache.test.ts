import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteCache } from './byte-cache.js';

describe('ByteCache', () => {
  it('never holds more than it may, answers only what was set last, and tells of each that goes', () => {
    const command = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      bytes: fc.integer({ min: 1, max: 11 }),
      act: fc.constantFrom('get', 'set', 'delete', 'clear'),
    });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const held = new Map<number, number>();
        const cache = new ByteCache<number>(10, (value) => expect(held.delete(value)).toBe(true));
        const last = new Map<string, number>();
        for (const [value, { key, bytes, act }] of commands.entries()) {
          if (act === 'get') expect([undefined, last.get(key)]).toContain(cache.get(key));
          else if (act === 'clear') cache.clear();
          else if (act === 'delete') cache.delete(key);
          else {
            held.set(value, bytes);
            last.set(key, value);
            cache.set(key, value, bytes);
            expect(cache.get(key)).toBe(bytes > 10 ? undefined : value);
          }
          if (act === 'delete') expect(cache.get(key)).toBeUndefined();
          expect(cache.size).toBe(held.size);
          expect(cache.byteSize).toBe([...held.values()].reduce((sum, one) => sum + one, 0));
          expect(cache.byteSize).toBeLessThanOrEqual(10);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('keeps what is used while others come and go', () => {
    const cache = new ByteCache<number>(10);
    cache.set('used', 0, 1);
    for (let other = 0; other < 1_000; other++) {
      cache.set(`other ${other}`, other, 1);
      expect(cache.get('used')).toBe(0);
    }
  });
});
