import { randomUUID } from 'node:crypto';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Settings } from '../../config/settings.js';
import { parseBodies, streamBodies } from './body-parsers.js';
import { allowOrigins } from './cors.js';
import { answerExpectation, answerUnreadable, answerUnroutable } from './early-answers.js';
import { JSON_LIMIT } from './limits.js';
import { publicPath } from './public-path.js';
import { RequestLog } from './request-log.js';

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
