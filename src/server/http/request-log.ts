import { LogController, type FastifyReply, type FastifyRequest } from 'fastify';
import { symbols, type Logger } from 'pino';
import { isPlain } from './logger.js';

/** What pino itself writes a line with. */
interface LineWriter {
  /** How the time stands in a line: `,"time":…`. */
  readonly [symbols.timeSym]: () => string;
  readonly [symbols.streamSym]: { write(line: string): void };
}

/** One line a request, without query, headers and body: any of those may hold a secret. Errors are logged by the filter. */
export class RequestLog extends LogController {
  private readonly isPlain: boolean;

  constructor(private readonly logger: Logger) {
    super({ requestIdLogLabel: 'requestId' });
    this.isPlain = isPlain(logger);
  }

  override incomingRequest(): void {}

  override routeNotFound(): void {}

  override defaultErrorLog(): void {}

  override requestCompleted(_error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const path = request.url.split('?', 1)[0]!;
    // Asked every few seconds by whoever watches over the service.
    const level = path.startsWith('/health/') ? 'debug' : 'info';
    if (!this.logger.isLevelEnabled(level)) return;
    const { id, method, ip: address } = request;
    const ms = Math.round(reply.elapsedTime);
    if (this.isPlain) {
      // Put together by hand: for the same line pino took a tenth of what a guarded request takes in all.
      const { levels, [symbols.timeSym]: time, [symbols.streamSym]: stream } = this.logger as Logger & LineWriter;
      stream.write(
        `{"level":${levels.values[level]}${time()},"requestId":"${id}","method":"${method}","path":${JSON.stringify(path)},` +
          `"status":${reply.statusCode},"ms":${ms},"address":${JSON.stringify(address)},"msg":"request"}\n`,
      );
    } else request.log[level]({ method, path, status: reply.statusCode, ms, address }, 'request');
  }
}
