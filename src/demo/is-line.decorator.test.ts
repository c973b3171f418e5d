import 'reflect-metadata';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IsLine } from './is-line.decorator.js';

class Example {
  @IsLine(10)
  title: unknown;
}

const accepts = (title: unknown): boolean => validateSync(Object.assign(new Example(), { title })).length === 0;

const character = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 });

describe('a line', () => {
  it('may hold any characters of any script, up to its limit', () => {
    const title = fc.array(fc.oneof(character, fc.constantFrom('é', 'ß', '漢', '🍏')), { minLength: 1, maxLength: 10 });
    fc.assert(fc.property(title, (characters) => accepts(characters.join(''))));
  });

  it('holds no control character, wherever it stands', () => {
    fc.assert(
      fc.property(character, character, fc.integer({ min: 0, max: 0x9f }), (before, after, code) => {
        fc.pre(code < 0x20 || code > 0x7e);
        return !accepts(before + String.fromCharCode(code) + after);
      }),
    );
  });

  it('is a text, neither empty nor too long, of whole characters', () => {
    for (const title of ['', 'x'.repeat(11), '🍏'.repeat(11), 'a\ud83c', '\udf4f', undefined, null, 5, {}, ['a']]) {
      expect(accepts(title), JSON.stringify(title)).toBe(false);
    }
  });

  it('is asked for in a sentence that names the field and the limit', () => {
    const [error] = validateSync(Object.assign(new Example(), { title: '' }));
    expect(Object.values(error!.constraints!)).toEqual([
      'title must be a line of 1 to 10 characters, without control characters',
    ]);
  });
});
