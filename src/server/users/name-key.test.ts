import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameKey } from './name-key.js';

describe('nameKey', () => {
  it.each([
    ['Maria', 'maria', 'case'],
    ['ｍａｒｉａ', 'maria', 'full-width letters'],
    ['ma\u200Bria', 'maria', 'a zero-width space'],
    ['mari\u0061\u0301', 'mariá', 'a combining accent'],
    ['STRASSE', 'straße', 'sharp s'],
    ['ﬁona', 'fiona', 'a ligature'],
    ['\u212Aarl', 'karl', 'the Kelvin sign'],
    [' maria ', 'maria', 'spaces around'],
  ])('takes %j and %j for one name (%s)', (one, other) => {
    expect(nameKey(one)).toBe(nameKey(other));
  });

  it('keeps apart what is different', () => {
    expect(new Set(['maria', 'mario', 'maría'].map(nameKey)).size).toBe(3);
  });

  it('is stable: the key of a key is the key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(nameKey(nameKey(name))).toBe(nameKey(name));
      }),
    );
  });
});
