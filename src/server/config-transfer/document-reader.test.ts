import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DocumentError } from './document-error.js';
import { DocumentReader, type DocumentPart } from './document-reader.js';

/** Reads the text in pieces of so many bytes. */
function read(text: string | Uint8Array, size: number): DocumentPart[] {
  const bytes = Buffer.from(text as string);
  const reader = new DocumentReader();
  const parts: DocumentPart[] = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(...reader.read(bytes.subarray(at, at + size)));
  reader.end();
  return parts;
}

describe('DocumentReader', () => {
  it('finds what JSON.parse finds, however the text is cut', () => {
    const member = fc.oneof(
      fc.array(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 2 })), { maxLength: 4 }),
      fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean(), fc.constant(null)),
    );
    const documents = fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1 }), member, { maxKeys: 4 });
    fc.assert(
      fc.property(documents, fc.integer({ min: 1, max: 20 }), fc.constantFrom(0, 2), (document, size, indent) => {
        const expected = Object.entries(document).flatMap(([key, value]): unknown[] =>
          Array.isArray(value) ? value.map((one, index) => ({ section: key, index, value: one })) : [{ key, value }],
        );
        const parts = read(JSON.stringify(document, null, indent), size);
        expect(JSON.stringify(parts)).toBe(JSON.stringify(expected));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    '',
    ' ',
    'null',
    '[]',
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":[',
    '{"a":[{}',
    '{"a":[{}]',
    '{"a":[{},]}',
    '{"a":[{} {}]}',
    '{"a":[,{}]}',
    '{"a":1,}',
    '{,}',
    '{"a" 1}',
    '{"a":}',
    '{"a":[}]}',
    '{a:1}',
    '{"a":[{"b":tru}]}',
    '{"a":[{"b":1]}]}',
    '{"a":1}}',
    '{"a":1}{',
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    "{'a':1}",
    '{"a":[1}]',
    '\uFEFF\uFEFF{}',
  ])('refuses %j', (text) => {
    for (const size of [1, 1_000]) expect(() => read(text, size)).toThrow(DocumentError);
  });

  it('refuses bytes that aren’t UTF-8, also at the end', () => {
    expect(() => read(Buffer.from([0x7b, 0x22, 0xff, 0x22]), 10)).toThrow(/UTF-8/);
    expect(() => read(Buffer.from([0x7b, 0x7d, 0xc3]), 10)).toThrow(/UTF-8/);
  });

  it('holds one element at most: a longer one, and one that nests deeper, is refused before it is read', () => {
    expect(() => read(`{"people":[{"a":"${'x'.repeat(1_100_000)}`, 10_000)).toThrow(/people\.0 is too long/);
    expect(() => read(`{"people":[{},${'['.repeat(20)}`, 100)).toThrow(/people\.1 nests deeper/);
  });

  it('repeats nothing of the document in an error but names', () => {
    const error = (text: string): string => {
      try {
        read(text, 7);
        return '';
      } catch (caught) {
        return (caught as Error).message;
      }
    };
    expect(error('{"people":[{"passwordHash": secret}]}')).toBe('people.0 is not JSON.');
  });
});
