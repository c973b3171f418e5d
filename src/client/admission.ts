import {
  ANONYMOUS,
  checksOf,
  credentialsMissing,
  decide,
  isCheckClass,
  isCondition,
  passwordChangeRequired,
  permissionMissing,
  runChecks,
  type Condition,
  type Principal,
  type Remaining,
} from '../policy/index.js';
import { bearerToken, type TokenCarrier, type TokenVerifier } from '../validity/index.js';
import { problemAnswer, redirectAnswer, toRefusal, type HttpAnswer } from './http-answer.js';
import { loginAddress } from './login-address.js';

/** A request of Express, of Fastify, or of anything that has its headers as Node has them. */
export interface GuardedRequest extends TokenCarrier {
  readonly method?: string;
  readonly params?: unknown;
  user?: unknown;
}

/** What a route asks for: a condition, or `public`, where who comes is known and everybody passes. */
export type Rule = Condition | 'public';

/** Decides requests outside of Nest. Where everything is in memory it does so at once, without a promise. */
export class Admission {
  constructor(
    private readonly verifier: TokenVerifier,
    private readonly loginUrl: string | undefined,
  ) {}

  /**
   * Who makes the request: the anonymous principal without a token.
   *
   * @throws Refusal of 400, InvalidTokenError, ValidityUnknownError
   */
  identify(request: TokenCarrier): Principal | Promise<Principal> {
    const token = bearerToken(request);
    return token === undefined ? ANONYMOUS : this.verifier.verify(token);
  }

  /**
   * Lets a request pass, with its principal in `user`, or throws.
   *
   * @returns undefined where it is settled at once
   */
  admit(request: GuardedRequest, rule: Rule): undefined | Promise<undefined> {
    const principal = this.identify(request);
    return 'then' in principal
      ? principal.then((found) => this.pass(request, rule, found))
      : this.pass(request, rule, principal);
  }

  /** Whether the rule holds for somebody. Throws a Refusal where it doesn't. */
  require(principal: Principal, rule: Rule, request: { params?: unknown }): undefined | Promise<undefined> {
    if (rule === 'public') return undefined;
    if (principal.mustChangePassword) throw passwordChangeRequired(principal);
    const decision = decide(rule, principal);
    if (decision === 'allow') return undefined;
    if (decision === 'deny')
      throw principal.kind === 'anonymous' ? credentialsMissing() : permissionMissing(rule, principal);
    return this.check(rule, decision, principal, request);
  }

  /**
   * The answer to a request that wasn't let in.
   *
   * @throws what isn't a refusal: the framework's own handling of errors is for that
   */
  answerTo(error: unknown, request: GuardedRequest): HttpAnswer {
    const refusal = toRefusal(error);
    if (!refusal) throw error;
    const isAnonymous = request.user === ANONYMOUS && refusal.status === 401;
    const login = isAnonymous && this.loginUrl !== undefined ? loginAddress(this.loginUrl, request) : undefined;
    return login === undefined ? problemAnswer(refusal) : redirectAnswer(login);
  }

  private pass(request: GuardedRequest, rule: Rule, principal: Principal): undefined | Promise<undefined> {
    request.user = principal;
    return this.require(principal, rule, request);
  }

  private async check(
    rule: Condition,
    remaining: Remaining,
    principal: Principal,
    request: { params?: unknown },
  ): Promise<undefined> {
    if (!(await runChecks(remaining, principal, request, () => undefined)))
      throw permissionMissing(rule, principal, remaining);
  }
}

/**
 * What only a cast, or JavaScript, can bring here, and what needs Nest.
 *
 * @throws TypeError
 */
export function requireRule(rule: Rule): void {
  if (rule === 'public') return;
  if (!isCondition(rule)) {
    throw new TypeError(`protect() takes a condition, such as a declared permission, not ${JSON.stringify(rule)}.`);
  }
  const injected = checksOf(rule).find(({ check }) => isCheckClass(check));
  if (injected)
    throw new TypeError(`The check ${injected.name} is a class, which only Nest can inject. Use a function.`);
}
