import { createHash } from 'node:crypto';
import {
  applyDecorators,
  createParamDecorator,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { ApiExtension, ApiHeader, ApiPreconditionFailedResponse } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { tap, type Observable } from 'rxjs';
import { DomainError } from '../domain-error.js';

/** What {@link Tagged} says of an operation until its answers are described: it doesn't know their status. */
const TAGGED = 'x-tagged';

/** The strong entity tag of what is shown (RFC 9110 §8.8.3): the same for the same, whoever asks. */
export function etagOf(view: object): string {
  return `"${createHash('sha256').update(JSON.stringify(view)).digest('base64url').slice(0, 22)}"`;
}

/**
 * A handler whose answer is tagged, so that a change can be made to depend on it.
 *
 * @param tagOf of the part that a change can change; left out: of all
 */
export function Tagged(tagOf: (shown: never) => string = etagOf): MethodDecorator {
  return applyDecorators(
    UseInterceptors(new ETagInterceptor(tagOf as (shown: object) => string)),
    ApiExtension(TAGGED, true),
  );
}

/** A handler that takes `If-Match`; the tag goes to {@link requireMatch}. */
export function TakesIfMatch(): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: 'If-Match',
      required: false,
      description: 'The `ETag` of what was read; when it has changed since, nothing is done.',
      // As every header is (RFC 9110 §5.5): what is no tag matches none.
      schema: { type: 'string', maxLength: 1_000, pattern: String.raw`^[\t\x20-\x7E\x80-\xFF]*$` },
    }),
    ApiPreconditionFailedResponse({ description: 'It has changed since it was read. Read it again.' }),
  );
}

/** The request's `If-Match`; undefined when it has none. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  return context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'];
});

/**
 * To be called under the lock that the change holds, so that of two who have read the same the second is told
 * (RFC 9110 §13.1.1).
 *
 * @param ifMatch undefined: there is no condition
 * @param tag     of what is there now
 * @throws DomainError `precondition-failed`
 */
export function requireMatch(ifMatch: string | undefined, tag: string): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  if (ifMatch.split(',').some((one) => one.trim() === tag)) return;
  throw new DomainError(
    'precondition-failed',
    'It has changed since you read it. Read it again, and look what is new.',
  );
}

/** Says in an operation of the OpenAPI document that what it answers is tagged, if it is. */
export function describeTag(
  operation: Record<string, unknown> & { responses?: Record<string, object | undefined> },
): void {
  if (operation[TAGGED] === undefined) return;
  delete operation[TAGGED];
  for (const [status, response] of Object.entries(operation.responses ?? {})) {
    if (!status.startsWith('2') || !response) continue;
    const { headers } = response as { headers?: object };
    Object.assign(response, {
      headers: {
        ...headers,
        ETag: {
          description: 'The tag of what is shown, for `If-Match` (RFC 9110 §8.8.3).',
          schema: { type: 'string', minLength: 24, maxLength: 24, pattern: String.raw`^"[\w-]{22}"$` },
        },
      },
    });
  }
}

class ETagInterceptor implements NestInterceptor<object, object> {
  constructor(private readonly tagOf: (shown: object) => string) {}

  intercept(context: ExecutionContext, next: CallHandler<object>): Observable<object> {
    const response = context.switchToHttp().getResponse<{ header(name: string, value: string): unknown }>();
    return next.handle().pipe(tap((shown) => response.header('ETag', this.tagOf(shown))));
  }
}
