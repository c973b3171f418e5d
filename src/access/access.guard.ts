import { HttpException, Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import {
  ANONYMOUS,
  credentialsMissing,
  decide,
  passwordChangeRequired,
  permissionMissing,
  tokenInvalid,
  validityUnknown,
  type Condition,
  type Principal,
  type Refusal,
} from '../policy/index.js';
import { bearerToken, type TokenCarrier, type TokenVerifier } from '../validity/index.js';
import { toException } from './access-denied.js';
import { ACCESS_OPTIONS, type AccessOptions } from './access-options.js';
import { isOpenBeforePasswordChange } from './before-password-change.decorator.js';
import { CheckRunner } from './check-runner.js';
import { ProblemException } from './problem.exception.js';
import { isDeclared } from './route-scanner.js';
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
 * spelling of an address gets around it. A handler without a rule is refused.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    @Inject(TOKEN_VERIFIER) private readonly verifier: TokenVerifier,
    private readonly routes: RouteInventory,
    private readonly checks: CheckRunner,
    @Inject(ACCESS_OPTIONS) private readonly options: AccessOptions,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const condition = this.routes.conditionOf(context.getClass(), context.getHandler());
    if (condition === undefined) return this.isLeft(context);
    const http = context.switchToHttp();
    const request = http.getRequest<GuardedRequest>();
    try {
      const admitted = this.admit(context, request, condition);
      return typeof admitted === 'boolean'
        ? admitted
        : admitted.catch((error: unknown) => this.refuse(error, request, http.getResponse()));
    } catch (error) {
      return this.refuse(error, request, http.getResponse());
    }
  }

  /** Only where an application asks for it, and only what says nothing; a declaration that is wrong stays refused. */
  private isLeft(context: ExecutionContext): boolean {
    return this.options.undeclared === 'leave' && !isDeclared(context.getClass(), context.getHandler());
  }

  private admit(
    context: ExecutionContext,
    request: GuardedRequest,
    condition: Condition | 'public',
  ): boolean | Promise<boolean> {
    const token = bearerToken(request);
    if (token === undefined) {
      request.user = ANONYMOUS;
      if (condition === 'public') return true;
      throw credentialsMissing();
    }
    const principal = this.verifier.verify(token);
    return 'then' in principal
      ? principal.then((found) => this.decide(context, request, condition, found))
      : this.decide(context, request, condition, principal);
  }

  private decide(
    context: ExecutionContext,
    request: GuardedRequest,
    condition: Condition | 'public',
    principal: Principal,
  ): boolean | Promise<boolean> {
    request.user = principal;
    if (condition === 'public') return true;
    if (principal.mustChangePassword && !isOpenBeforePasswordChange(context.getClass(), context.getHandler())) {
      throw passwordChangeRequired(principal);
    }
    const decision = decide(condition, principal);
    if (decision === 'allow') return true;
    if (decision === 'deny') throw permissionMissing(condition, principal);
    return this.checks.run(decision, principal, request).then((holds) => {
      if (!holds) throw permissionMissing(condition, principal, decision);
      return true;
    });
  }

  /** The headers are set here and not left to a filter: in other applications the filter isn't ours. */
  private refuse(error: unknown, request: GuardedRequest, response: Response): never {
    const refusal = toProblem(error);
    if (!(refusal instanceof ProblemException)) throw refusal;
    for (const [name, value] of Object.entries(refusal.headers)) response.header(name, value);
    const login = request.user?.kind === 'anonymous' ? this.options.loginAddress?.(request) : undefined;
    if (login === undefined || refusal.problem.status !== 401) throw refusal;
    response.header('Location', login);
    throw new HttpException('Log in first.', 302, { cause: refusal });
  }
}

/** A response of Fastify or of Express. */
interface Response {
  header(name: string, value: string): unknown;
}

/** By name and not by class, since two copies of this package may be loaded. */
function toProblem(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  switch (error.name) {
    case 'Refusal':
      return toException(error as Refusal);
    case 'InvalidTokenError':
      return toException(tokenInvalid(error));
    case 'ValidityUnknownError':
      return toException(validityUnknown(error));
    default:
      return error;
  }
}
