import fc from 'fast-check';

/** Texts that have broken something somewhere. */
const NASTY = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\uD800',
  'x\uDFFFy',
  '\u202Eevil',
  '\u200B',
  'ﬀ'.repeat(40),
  '\uFDFA'.repeat(30),
  "' OR 1=1 --",
  '"; DROP TABLE accounts; --',
  '../../../../etc/passwd',
  '{{7*7}}',
  '${process.env}',
  '<script>alert(1)</script>',
  '\r\nSet-Cookie: a=b',
  '%00',
  '%',
  '_',
  '\\',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'NaN',
  '-0',
  '1e999',
  '9007199254740993',
  '99999999999999999999',
  '0000-00-00',
  '2026-02-30T25:61:61Z',
  '+275760-09-13T00:00:00.001Z',
  '-infinity',
  'infinity',
  'now',
  '00000000-0000-0000-0000-000000000000',
  '*',
  'finance:*',
  '**:*',
  'a:b:c:d:e:f:g:h:i:j:k:l:m:n:o:p',
  'https://[::1',
  'https://user:password@host/?q#f',
  'javascript:alert(1)',
];

/** A text: one that has broken something, an arbitrary one, or a long one. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  // 16-bit units, so that halves of characters stand alone.
  {
    weight: 2,
    arbitrary: fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 })
      .map((units) => String.fromCharCode(...units)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('x', 'é', 'a:', '\u0301', ' ', '0', '%'), fc.constantFrom(201, 5_000, 40_000))
      .map(([unit, times]) => unit.repeat(times)),
  },
);

/** Any JSON value, also where an object was meant. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 5, arbitrary: hostileText },
  {
    weight: 4,
    arbitrary: fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 2 ** 53, 1e308, [], {}, [[]], [null], [{}]),
  },
  { weight: 2, arbitrary: fc.array(hostileText, { maxLength: 4 }) },
  { weight: 2, arbitrary: fc.dictionary(hostileText, hostileText, { maxKeys: 3 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 }).map(nested) },
  { weight: 1, arbitrary: fc.constantFrom(300, 5_000).map((length) => Array.from({ length }, (_, at) => `a:b${at}`)) },
  { weight: 1, arbitrary: fc.constantFrom(300, 3_000).map((length) => Array.from({ length }, () => ({}))) },
);

function nested(depth: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < depth; level++) value = level % 2 ? [value] : { a: value };
  return value;
}

/** Bytes that are no UTF-8, alone or in the midst of what would be a body. */
export const hostileBytes: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom(
      '{"name":"\xff"}',
      'username=\xc3\x28&password=x',
      '{"name":"\xed\xa0\x80"}',
      '\xef\xbb\xbf{}',
      '\xff\xfe{\0}\0',
    )
    .map((text) => Buffer.from(text, 'latin1')),
);
