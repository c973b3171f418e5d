import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
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

/** Milliseconds for which a connection may be without a request once the service ends. */
const UNUSED_FOR = 250;

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

/**
 * Two kinds of connections would hold the process at its end until they time out, since Node doesn’t count them as idle: one
 * kept alive by a request that was under way, and one on which nothing was ever asked, as browsers and HTTP clients open
 * some in advance.
 */
function endConnections(fastify: FastifyInstance): void {
  let closing = false;
  let sweep: NodeJS.Timeout | undefined;
  const connections = new Set<Socket>();
  fastify.server.on('connection', (connection: Socket) => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });
  const endUnused = (): void => {
    for (const connection of connections) if (connection.bytesRead === 0) connection.destroy();
  };
  fastify.addHook('preClose', (done) => {
    closing = true;
    endUnused();
    // Those that are accepted until the server no longer listens.
    sweep = setInterval(endUnused, UNUSED_FOR).unref();
    done();
  });
  fastify.addHook('onClose', (_instance, done) => {
    clearInterval(sweep);
    done();
  });
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) void reply.header('Connection', 'close');
    done();
  });
}
