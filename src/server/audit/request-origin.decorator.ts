import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Origin } from './actor.js';
import { AGENT } from './agent.schema.js';

/** The origin of a request over HTTP. */
export type RequestOrigin = Origin & { readonly address: string; readonly requestId: string };

/** Where the request came from. */
export function originOf(request: FastifyRequest): RequestOrigin {
  return {
    address: request.ip,
    agent: (request.headers['user-agent'] ?? '').slice(0, AGENT.maxLength),
    requestId: request.id,
  };
}

/** The {@link RequestOrigin}, for what is written down of a request of which nobody knows yet who makes it. */
export const RequestedFrom = createParamDecorator((_: unknown, context: ExecutionContext) =>
  originOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
