import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DomainError } from '../domain-error.js';
import { sendOAuthError } from '../http/send-oauth-error.js';
import { OAuthError } from './oauth-error.js';

/** Answers the errors of the OAuth endpoints in the form of RFC 6749 §5.2. What it doesn't know goes to the next filter. */
@Catch(OAuthError, DomainError)
export class OAuthErrorFilter implements ExceptionFilter {
  catch(error: OAuthError | DomainError, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (error instanceof DomainError) {
      // 429 isn't RFC 6749's, which has nothing for it: docs/errors.md.
      void reply.header('Retry-After', String(error.retryAfter ?? 2));
      sendOAuthError(reply, error.code === 'too-many' ? 429 : 503, 'temporarily_unavailable', error.message);
      return;
    }
    if (error.code === 'invalid_client' && error.triedBasic) {
      void reply.header('WWW-Authenticate', 'Basic realm="gatehouse", charset="UTF-8"');
    }
    sendOAuthError(reply, error.code === 'invalid_client' ? 401 : 400, error.code, error.description);
  }
}
