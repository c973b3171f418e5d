import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SseParser, type ServerSentEvent } from './sse-parser.js';

function parse(pieces: readonly Uint8Array[]): ServerSentEvent[] {
  const parser = new SseParser();
  return pieces.flatMap((piece) => parser.push(piece));
}

const whole = (text: string) => parse([Buffer.from(text)]);

describe('SseParser', () => {
  it('reads events with their name, data and id', () => {
    expect(whole('id: a:1\nevent: drop\ndata: {"x":1}\n\nevent:heartbeat\ndata:2\n\n')).toEqual([
      { event: 'drop', data: '{"x":1}', id: 'a:1' },
      { event: 'heartbeat', data: '2', id: 'a:1' },
    ]);
  });

  it('joins lines of data, takes one space away, and leaves comments and unknown fields', () => {
    expect(whole(': hello\nretry: 3\nfoo: bar\ndata:  two\ndata\ndata: three\n\n')).toEqual([
      { event: 'message', data: ' two\n\nthree', id: undefined },
    ]);
  });

  it('tells nothing of an event without data, nor of one that isn’t complete', () => {
    expect(whole('event: drop\nid: a:1\n\ndata: half\n')).toEqual([]);
    expect(whole('event: drop\n\ndata: 1\n\n')).toEqual([{ event: 'message', data: '1', id: undefined }]);
  });

  it('leaves an id with a NUL', () => {
    expect(whole('id: good\ndata: 1\n\nid: b\0d\ndata: 2\n\n').map(({ id }) => id)).toEqual(['good', 'good']);
  });

  it('does not hold an endless line', () => {
    const parser = new SseParser();
    const piece = new Uint8Array(4 * 1024 * 1024).fill(97);
    expect(() => {
      for (let n = 0; n < 5; n++) parser.push(piece);
    }).toThrow(RangeError);
  });

  it('reads the same events however the bytes are cut, whatever ends the lines', () => {
    const word = fc.stringMatching(/^[a-z0-9 :{}"\u00e9\u20ac\u{1F600}]{0,12}$/u);
    const field = fc
      .tuple(fc.constantFrom('event', 'data', 'id', '', 'other'), word)
      .map(([name, value]) => `${name}: ${value}`);
    const lines = fc.array(fc.oneof(field, fc.constant('')), { maxLength: 20 });
    const ends = fc.constantFrom('\n', '\r', '\r\n');
    fc.assert(
      fc.property(
        lines,
        fc.array(ends, { minLength: 21, maxLength: 21 }),
        fc.array(fc.nat(400), { maxLength: 30 }),
        (some, by, cuts) => {
          const text = `${some.map((line, n) => line + by[n]!).join('')}data: end\n\n`;
          const plain = `${some.join('\n')}${some.length > 0 ? '\n' : ''}data: end\n\n`;
          const bytes = Buffer.from(text);
          const at = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
          const pieces = at.slice(1).map((end, n) => bytes.subarray(at[n], end));
          // A CR at the end of one line, and an LF that ends an empty one after it, would be one CRLF.
          fc.pre(!/\r\n/.test(text) || some.every((line, n) => !(line === '' && by[n] === '\n' && by[n - 1] === '\r')));
          expect(parse(pieces)).toEqual(whole(plain));
        },
      ),
      { numRuns: 500 },
    );
  });
});
