import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ANONYMOUS, decide, type Condition, type Principal } from '../policy/index.js';
import { InvalidTokenError, ValidityUnknownError, type TokenVerifier } from '../validity/index.js';
import { credentialsMissing, permissionMissing, tokenInvalid, validityUnknown } from './access-denied.js';
import { bearerToken, type TokenCarrier } from './bearer.js';
import { CheckRunner } from './check-runner.js';
import { ProblemException } from './problem.exception.js';
import { RouteInventory } from './route-inventory.js';

/** Where the guard finds its {@link TokenVerifier}. */
export const TOKEN_VERIFIER = 'gatehouse:token-verifier';

/** A request that has passed the guard. */
export interface GuardedRequest extends TokenCarrier {
  readonly params?: unknown;
  user: Principal;
}

/**
 * The one guard in front of every route. It knows no paths: the rule belongs to the handler that was reached, so no
 * spelling of an address gets around it. A handler without a rule is refused, unless the application
 * leaves such alone.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    @Inject(TOKEN_VERIFIER) private readonly verifier: TokenVerifier,
    private readonly routes: RouteInventory,
    private readonly checks: CheckRunner,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<GuardedRequest>();
    try {
      const admitted = this.admit(request, this.routes.conditionOf(context.getClass(), context.getHandler()));
      return typeof admitted === 'boolean'
        ? admitted
        : admitted.catch((error: unknown) => refuse(error, http.getResponse()));
    } catch (error) {
      return refuse(error, http.getResponse());
    }
  }

  private admit(request: GuardedRequest, condition: Condition | 'public' | undefined): boolean | Promise<boolean> {
    if (condition === undefined) return this.routes.undeclared === 'leave';
    const token = bearerToken(request);
    if (token === undefined) {
      request.user = ANONYMOUS;
      if (condition === 'public') return true;
      throw credentialsMissing();
    }
    const principal = this.verifier.verify(token);
    return principal instanceof Promise
      ? principal.then((found) => this.decide(request, condition, found))
      : this.decide(request, condition, principal);
  }

  private decide(
    request: GuardedRequest,
    condition: Condition | 'public',
    principal: Principal,
  ): boolean | Promise<boolean> {
    request.user = principal;
    const decision = condition === 'public' ? 'allow' : decide(condition, principal);
    if (decision === 'allow') return true;
    if (decision === 'deny') throw permissionMissing(condition as Condition, false);
    return this.checks.run(decision, principal, request).then((holds) => {
      if (!holds) throw permissionMissing(condition as Condition, true);
      return true;
    });
  }
}

/** A response of Fastify or of Express. */
interface Response {
  header(name: string, value: string): unknown;
}

/** The headers are set here and not left to a filter: in other applications the filter isn't ours. */
function refuse(error: unknown, response: Response): never {
  const refusal = toProblem(error);
  if (refusal instanceof ProblemException) {
    for (const [name, value] of Object.entries(refusal.headers)) response.header(name, value);
  }
  throw refusal;
}

function toProblem(error: unknown): unknown {
  if (error instanceof InvalidTokenError) return tokenInvalid(error);
  if (error instanceof ValidityUnknownError) return validityUnknown(error);
  return error;
}
