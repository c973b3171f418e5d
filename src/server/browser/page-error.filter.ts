import { STATUS_CODES } from 'node:http';
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerTo } from '../http/error-answer.js';
import { html } from './html.js';
import { sendPage } from './page.js';

/** Says in a page what the problem details would say. */
@Catch()
export class PageErrorFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { status, detail, headers } = answerTo(error);
    if (status >= 500) request.log.error({ err: error }, detail);
    if (reply.sent) return;
    void reply.headers({ ...headers });
    sendPage(reply, { title: STATUS_CODES[status] ?? 'Error', content: html`<p>${detail}</p>` }, status);
  }
}
