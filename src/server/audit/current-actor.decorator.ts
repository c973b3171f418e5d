import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { GuardedRequest } from '../../access/index.js';
import type { Actor } from './actor.js';

/** As much of a `User-Agent` as is kept. */
const AGENT_LENGTH = 300;

/** The {@link Actor} of the request, for what is written down. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const request = context.switchToHttp().getRequest<FastifyRequest & GuardedRequest>();
  return {
    principal: request.user,
    address: request.ip,
    agent: (request.headers['user-agent'] ?? '').slice(0, AGENT_LENGTH),
    requestId: request.id,
  };
});
