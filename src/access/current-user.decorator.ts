import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Principal } from '../policy/index.js';
import type { GuardedRequest } from './access.guard.js';

/** The {@link Principal} of the request: on a protected route an account, on a public one perhaps `ANONYMOUS`. */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  return context.switchToHttp().getRequest<GuardedRequest>().user;
});
