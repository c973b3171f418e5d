import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import type { Settings } from '../../config/settings.js';
import { ProblemException } from '../../access/index.js';
import { allowOrigins } from './cors.js';
import { Form } from './form.js';
import { FORM_LIMIT, JSON_LIMIT } from './limits.js';
import { publicPath } from './public-path.js';
import { RequestLog } from './request-log.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The handler gets the body of JSON as it comes, without a limit, and reads it itself. */
    streamsBody?: boolean;
  }
}

/**
 * Stands in for JSON where the handler reads it itself: Fastify chooses a parser by the media type alone. Nobody can send
 * it, since nobody knows it.
 */
const STREAMED_JSON = `application/x-${randomUUID()}`;

/** What walks over a body does so by recursion, and would run out of stack. */
const DEEPEST_JSON = 32;

/** A route as the HTTP server knows it. */
export interface ServedRoute {
  readonly method: string;
  readonly path: string;
}

/** The HTTP server, before Nest fills it: what it parses, what it limits, what it logs. */
export function createAdapter(settings: Settings, logger: Logger): { adapter: FastifyAdapter; served: ServedRoute[] } {
  const adapter = new FastifyAdapter({
    loggerInstance: logger,
    logController: new RequestLog(logger),
    genReqId: () => randomUUID(),
    trustProxy: settings.trustProxy,
    bodyLimit: JSON_LIMIT,
    requestTimeout: 30_000,
    return503OnClosing: true,
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerUnreadable,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 256 },
  });
  const fastify = adapter.getInstance();
  const served: ServedRoute[] = [];
  fastify.addHook('onRoute', ({ method, url }) => {
    served.push(...[method].flat().map((one) => ({ method: one, path: url })));
  });
  parseBodies(fastify);
  streamBodies(fastify);
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Request-Id', request.id);
    done();
  });
  addPublicPath(fastify, publicPath(settings));
  allowOrigins(fastify, settings.corsOrigins ?? []);
  endConnections(fastify);
  fastify.server.on('checkExpectation', answerExpectation);
  return { adapter, served };
}

/** Callers see the service under a path that it doesn't see itself, and so do the addresses that it sends them to. */
function addPublicPath(fastify: FastifyInstance, path: string): void {
  if (path === '') return;
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    const location = reply.getHeader('Location');
    if (typeof location === 'string' && /^\/(?!\/)/.test(location)) void reply.header('Location', path + location);
    done();
  });
}

/** A connection kept alive by a request that was under way at the end would hold the process until it times out. */
function endConnections(fastify: FastifyInstance): void {
  let closing = false;
  fastify.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) void reply.header('Connection', 'close');
    done();
  });
}

/** JSON and forms, and nothing else: other media types are 415. */
function parseBodies(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') {
      // Many clients name the type also of a body that they don't send. Whoever needs one says so.
      done(null, undefined);
    } else if (isTooDeep(body as string)) {
      const detail = `The body nests deeper than ${DEEPEST_JSON} levels.`;
      done(new ProblemException({ title: 'Bad Request', status: 400, detail }));
    } else {
      void parseJson(request, body as string, done);
    }
  });
  fastify.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer', bodyLimit: FORM_LIMIT },
    (_request, body, done) => {
      try {
        done(null, new Form(utf8(body as Buffer)));
      } catch {
        const detail =
          'The form holds bytes or an escape that are not UTF-8. Encode it as application/x-www-form-urlencoded.';
        done(new ProblemException({ title: 'Bad Request', status: 400, detail }));
      }
    },
  );
}

/** Hands the body to the routes that read it themselves: after the guards, so that nobody sends for nothing. */
function streamBodies(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ routeOptions, raw }, _reply, done) => {
    const isJson = /^application\/json *(;|$)/i.test(raw.headers['content-type'] ?? '');
    if (routeOptions.config.streamsBody && isJson) raw.headers['content-type'] = STREAMED_JSON;
    done();
  });
  fastify.addContentTypeParser(STREAMED_JSON, (_request, body, done) => done(null, body));
}

/**
 * Refuses bytes that aren't UTF-8, where replacing them would make one password of many.
 *
 * @throws URIError, as an escape in it that isn't would
 */
function utf8(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new URIError('not UTF-8');
  return bytes.toString('utf8');
}

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
function answerUnroutable(error: Error & { statusCode?: number }, _request: unknown, reply: FastifyReply): void {
  const status = error.statusCode ?? 400;
  const detail = 'The address is malformed, or a part of it is too long.';
  void reply.status(status).headers(EARLY_HEADERS).send(problemText(status, detail));
}

/** What isn't even HTTP, or has too large a head: there is no request yet, so the answer is written by hand. */
function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
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
function answerExpectation(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(417, EARLY_HEADERS).end(problemText(417, 'Of expectations only 100-continue can be met.'));
}

/** Counts brackets, also those within strings: no body that is meant seriously has so many of either. */
function isTooDeep(json: string): boolean {
  let depth = 0;
  for (const [bracket] of json.matchAll(/[[{}\]]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    if (depth > DEEPEST_JSON) return true;
  }
  return false;
}
