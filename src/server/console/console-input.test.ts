import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { framed, unframed } from './console-input.js';

async function* each(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}

async function whole(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const piece of pieces) chunks.push(piece);
  return Buffer.concat(chunks);
}

/** The bytes again, cut elsewhere. */
function cutInto(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

describe('the input of a command', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 });

  it('arrives as it was sent, wherever it is cut on the way', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, fc.integer({ min: 1, max: 50 }), async (sent, size) => {
        const onTheWay = await whole(framed(each(sent)));
        expect(await whole(unframed(each(cutInto(onTheWay, size))))).toEqual(Buffer.concat(sent));
      }),
    );
  });

  it('is never taken for whole when it is not', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, fc.nat(), fc.integer({ min: 1, max: 50 }), async (sent, nat, size) => {
        const onTheWay = await whole(framed(each(sent)));
        const part = onTheWay.subarray(0, nat % onTheWay.length);
        await expect(whole(unframed(each(cutInto(part, size))))).rejects.toThrow('It ended before its end.');
      }),
    );
  });
});
