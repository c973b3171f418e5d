import { connect } from 'node:net';

/** A request as it goes over the wire; nothing in it is checked, so that it can be wrong in every way. */
export interface RawRequest {
  readonly method: string;
  /** What stands between method and version, byte for byte (latin1). */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer | undefined;
  /** What `Content-Length` says over the true length. More: the rest never comes, and the connection is half closed. */
  readonly claims?: number;
}

/** What came back. */
export interface RawAnswer {
  /** 0: the connection was closed without an answer. */
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** Milliseconds. */
  readonly took: number;
}

/** Longer than any answer takes. Milliseconds. */
const LIMIT = 20_000;

/**
 * Sends one request on a connection of its own, and reads until the service closes it. Rejects where it neither answers
 * nor closes it.
 */
export function sendRaw(url: string, request: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname);
    const end = (): void => {
      socket.destroy();
      resolve({ ...parse(Buffer.concat(chunks), request.method), took: performance.now() - start });
    };
    socket.setTimeout(LIMIT, () => {
      socket.destroy();
      reject(new Error(`nothing came within ${LIMIT} ms: ${head(request).toString('latin1').slice(0, 2_000)}`));
    });
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      // A stream of events has no end. Its head needn't come first, nor in one piece.
      const begun = chunks.length < 10 && Buffer.concat(chunks).toString('latin1');
      if (begun && /\r\ncontent-type: text\/event-stream/i.test(begun)) end();
    });
    // Closed while a body that nobody wants was still being sent: what was answered until then counts.
    socket.on('error', end);
    socket.on('close', end);
    socket.write(head(request));
    if (request.body) socket.write(request.body);
    if (isUnfinished(request)) socket.end();
  });
}

/** Whether the head promises a body that doesn't come whole: then there is nothing to wait for. */
export function isUnfinished({ headers, claims = 0 }: RawRequest): boolean {
  return claims > 0 || headers.some(([name]) => name === 'Content-Length' || name === 'Transfer-Encoding');
}

function head({ method, target, headers, body, claims = 0 }: RawRequest): Buffer {
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: gatehouse.test', 'Connection: close'];
  if (body) lines.push(`Content-Length: ${Math.max(0, body.length + claims)}`);
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

function parse(bytes: Buffer, method: string): Omit<RawAnswer, 'took'> {
  const end = bytes.indexOf('\r\n\r\n');
  const [first = '', ...lines] = bytes.subarray(0, Math.max(0, end)).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0);
  // What follows `Expect: 100-continue` first.
  if (status >= 100 && status < 200) return parse(bytes.subarray(end + 4), method);
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const rest = bytes.subarray(end + 4);
  const chunked = headers.get('transfer-encoding') === 'chunked';
  const body = status === 0 || method === 'HEAD' ? Buffer.alloc(0) : chunked ? joined(rest) : rest;
  return {
    status,
    headers,
    body: chunked ? body : body.subarray(0, Number(headers.get('content-length') ?? Infinity)),
  };
}

/** A body in chunks (RFC 9112 §7.1) as one. */
function joined(rest: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const line = rest.indexOf('\r\n', at);
    const size = line < 0 ? 0 : Number.parseInt(rest.subarray(at, line).toString('latin1'), 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(rest.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}
