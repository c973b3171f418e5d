import { LogController, type FastifyReply, type FastifyRequest } from 'fastify';

/** One line a request, without query, headers and body: any of those may hold a secret. Errors are logged by the filter. */
export class RequestLog extends LogController {
  constructor() {
    super({ requestIdLogLabel: 'requestId' });
  }

  override incomingRequest(): void {}

  override routeNotFound(): void {}

  override defaultErrorLog(): void {}

  override requestCompleted(_error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const path = request.url.split('?', 1)[0]!;
    // Asked every few seconds by whoever watches over the service.
    const level = path.startsWith('/health/') ? 'debug' : 'info';
    request.log[level](
      {
        method: request.method,
        path,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        address: request.ip,
      },
      'request',
    );
  }
}
