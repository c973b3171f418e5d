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

  it('is stable, and the same for both cases of every letter there is', () => {
    const bad: string[] = [];
    for (let code = 1; code <= 0x10ffff; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const letter = String.fromCodePoint(code);
      const key = nameKey(letter);
      const same = [key, letter.toUpperCase(), letter.toLowerCase(), letter.normalize('NFKD')].map(nameKey);
      if (same.some((one) => one !== key)) bad.push(code.toString(16));
    }
    expect(bad).toEqual([]);
  });
});
