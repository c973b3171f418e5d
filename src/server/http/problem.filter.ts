import { STATUS_CODES } from 'node:http';
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerTo } from './error-answer.js';
import { sendOAuthError } from './send-oauth-error.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How errors of the route are said; problem details unless told otherwise. */
    errorFormat?: 'oauth';
  }
}

/** Answers every error as problem details (RFC 9457). What callers see is apart from what the log says. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { status, detail, members, headers } = answerTo(error);
    if (status >= 500) request.log.error({ err: error }, detail);
    else if (error instanceof Error && error.cause instanceof Error)
      request.log.info({ reason: error.cause.message }, detail);
    if (reply.sent) return;
    if (request.routeOptions.config.errorFormat === 'oauth') {
      void reply.headers({ ...headers });
      sendOAuthError(reply, status, oauthCodeOf(status), detail);
      return;
    }
    void reply
      .status(status)
      .headers({ ...headers })
      .header('Content-Type', 'application/problem+json')
      .send({ type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, ...members });
  }
}

/** What goes wrong before an OAuth endpoint is reached is said in its form too (RFC 6749 §5.2). */
function oauthCodeOf(status: number): string {
  if (status === 401) return 'invalid_token';
  return status >= 500 ? 'temporarily_unavailable' : 'invalid_request';
}
