import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';

/** The headers of answers that are given before anything else of ours runs. */
const EARLY_HEADERS = {
  'Content-Type': 'application/problem+json',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'",
};

function problemText(status: number, detail: string): string {
  return JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail });
}

/** An address that the router can't read: answered before anything else of ours runs. */
export function answerUnroutable(error: Error & { statusCode?: number }, _request: unknown, reply: FastifyReply): void {
  const status = error.statusCode ?? 400;
  const detail = 'The address is malformed, or a part of it is too long.';
  void reply.status(status).headers(EARLY_HEADERS).send(problemText(status, detail));
}

/** What isn't even HTTP, or has too large a head: there is no request yet, so the answer is written by hand. */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const [status, detail] = UNREADABLE[error.code ?? ''] ?? [400, 'The request is not well-formed HTTP.'];
  const body = problemText(status, detail);
  const headers = { ...EARLY_HEADERS, 'Content-Length': Buffer.byteLength(body), Connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  if (socket.writable) socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  socket.destroy(error);
}

const UNREADABLE: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not come in time.'],
  HPE_HEADER_OVERFLOW: [431, 'The headers are too large.'],
};

/** Node would answer an `Expect` that it doesn't know without a word (RFC 9110 §10.1.1). */
export function answerExpectation(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(417, EARLY_HEADERS).end(problemText(417, 'Of expectations only 100-continue can be met.'));
}
