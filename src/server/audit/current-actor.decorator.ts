import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { GuardedRequest } from '../../access/index.js';
import type { Actor } from './actor.js';
import { originOf } from './request-origin.decorator.js';

/** The {@link Actor} of the request, for what is written down. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const request = context.switchToHttp().getRequest<FastifyRequest & GuardedRequest>();
  return { principal: request.user, ...originOf(request) };
});
