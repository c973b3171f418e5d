/** The length of a piece, in front of it. */
const HEADER = 4;

/** In pieces that tell their lengths, and one of none at the end: whoever goes away in between doesn't look finished. */
export async function* framed(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of input) {
    if (piece.length === 0) continue;
    yield header(piece.length);
    yield piece;
  }
  yield header(0);
}

/** What {@link framed} made of it, in other pieces. @throws Error when the end is missing */
export async function* unframed(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head = Buffer.alloc(0);
  let left = 0;
  for await (let rest of bytes) {
    while (rest.length > 0) {
      if (left === 0) {
        const missing = HEADER - head.length;
        head = Buffer.concat([head, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (head.length < HEADER) continue;
        left = head.readUInt32BE();
        head = Buffer.alloc(0);
        if (left === 0) return;
      }
      const piece = rest.subarray(0, left);
      rest = rest.subarray(piece.length);
      left -= piece.length;
      if (piece.length > 0) yield piece;
    }
  }
  throw new Error('It ended before its end.');
}

function header(length: number): Buffer {
  const bytes = Buffer.alloc(HEADER);
  bytes.writeUInt32BE(length);
  return bytes;
}
