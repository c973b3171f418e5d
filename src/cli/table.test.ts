import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf, cut, visible, visibleJson } from './shown-text.js';
import { table } from './table.js';

const NAMES = [
  { title: 'NAME', of: ({ name }: { name: string }) => name },
  { title: 'NOTE', of: ({ note }: { note: string }) => note },
];

describe('a table', () => {
  it('cuts the widest column first, and leaves what fits', () => {
    const rows = [{ name: 'maria', note: 'x'.repeat(50) }];
    expect(table(rows, NAMES, 20)).toBe(`NAME   NOTE\nmaria  ${'x'.repeat(12)}…`);
  });

  it('cuts nothing where nobody says how wide it may be', () => {
    const rows = [{ name: 'maria', note: 'x'.repeat(500) }];
    expect(table(rows, NAMES)).toContain('x'.repeat(500));
  });

  it('never cuts what has to be typed again', () => {
    const id = '2f1c9f0e-3a52-4d0b-9c58-0d9f6b7a1e11';
    const columns = [{ title: 'ID', of: () => id, whole: true as const }, ...NAMES];
    const [, line] = table([{ name: 'a'.repeat(40), note: 'b'.repeat(40) }], columns, 60).split('\n');
    expect(line).toMatch(new RegExp(`^${id}  a+…  b+…$`));
    expect(columnsOf(line!)).toBe(60);
  });

  it('counts wide characters as two columns, and marks above others as none', () => {
    expect(columnsOf('田中')).toBe(4);
    expect(columnsOf('e\u0301')).toBe(1);
    expect(columnsOf('👩‍👩‍👧')).toBe(2);
    expect(cut('田中さん', 5)).toBe('田中…');
    expect(cut('田中さん', 4)).toBe('田…');
  });

  it('fits the width, whatever stands in it', () => {
    const row = fc.record({ name: fc.string({ unit: 'grapheme' }), note: fc.string({ unit: 'binary' }) });
    fc.assert(
      fc.property(fc.array(row), fc.integer({ min: 20, max: 120 }), (rows, width) => {
        for (const line of table(rows, NAMES, width).split('\n')) {
          expect(columnsOf(line)).toBeLessThanOrEqual(width);
          expect(line).toBe(visible(line));
        }
      }),
    );
  });
});

describe('what is shown', () => {
  it.each([
    ['the colour of a terminal', '\u001B[31mred', String.raw`\u{1b}[31mred`],
    ['its title', '\u001B]0;owned\u0007', String.raw`\u{1b}]0;owned\u{7}`],
    ['the same in one character', '\u009B31m', String.raw`\u{9b}31m`],
    ['another line', 'a\nb', String.raw`a\u{a}b`],
    ['the other direction', 'abc\u202Egnp.exe', String.raw`abc\u{202e}gnp.exe`],
  ])('does not change %s', (_, text, shown) => {
    expect(visible(text)).toBe(shown);
    const json = visibleJson({ text });
    expect(json).toBe(visible(json));
    expect(JSON.parse(json)).toEqual({ text });
  });
});
