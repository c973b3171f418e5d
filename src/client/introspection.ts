import { Grants, type Principal } from '../policy/index.js';
import { InvalidTokenError, ValidityUnknownError, type LoadedToken } from '../validity/index.js';
import { parseCursor, sayCursor, type Cursor } from './cursor.js';
import type { FaultLog } from './fault-log.js';
import { reasonOf, ServiceError } from './service-error.js';
import type { Service } from './service.js';
import type { SignedClaims } from './signed-claims.js';

/** A token that is alive, with who comes with it, and the place in the news at which that holds. */
export interface IntrospectedToken extends LoadedToken {
  readonly principal: Principal;
  readonly asOf: Cursor | undefined;
}

/** Questions under way at once; more wait, so that a burst of new tokens doesn't become a burst of connections. */
const AT_ONCE = 16;

/**
 * Whoever has yet to change a password isn't let in anywhere. Who says that it understands so is told; to others the
 * token is inactive.
 */
const UNDERSTANDS = 'password_change_required';

/** Asks the service what a token is good for now (RFC 7662). */
export class Introspection {
  private free = AT_ONCE;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly service: Service,
    private readonly faults: FaultLog,
  ) {}

  /**
   * One question and its answer.
   *
   * @param position what is known here already: an instance that is behind it catches up first
   * @param patience milliseconds
   * @throws InvalidTokenError when the token is dead or unknown there; ValidityUnknownError when nothing was answered
   */
  async ask(
    token: string,
    { kid, jti, sub, exp }: SignedClaims,
    position: Cursor | undefined,
    patience?: number,
  ): Promise<IntrospectedToken> {
    const answer = await this.answerTo(token, position, patience);
    if (answer['active'] !== true) throw new InvalidTokenError('unknown');
    // The answer is about the token that was asked about; anything else comes from a service that isn't one.
    if (answer['jti'] !== jti || answer['sub'] !== sub) throw new ValidityUnknownError();
    const sessionId = typeof answer['sid'] === 'string' ? answer['sid'] : null;
    const clientId = textOf(answer['client_id']);
    const expiresAt = Math.min(exp, Number(answer['exp'] ?? exp));
    const username = textOf(answer['username']);
    return {
      jti,
      kid,
      clientId,
      sessionId,
      expiresAt,
      accountId: sub,
      asOf: parseCursor(answer['as_of']),
      principal: Object.freeze<Principal>({
        id: sub,
        kind: answer['kind'] === 'service' ? 'service' : 'user',
        username,
        name: textOf(answer['name']) || username,
        groups: new Set(textsOf(answer['groups'])),
        roles: new Set(textsOf(answer['roles'])),
        permissions: new Grants(textsOf(answer['permissions'])),
        isNarrowed: answer['narrowed'] !== false,
        mustChangePassword: answer['password_change_required'] === true,
        token: {
          jti,
          clientId,
          sessionId,
          issuedAt: Number(answer['iat'] ?? 0),
          expiresAt,
          audience: textsOf([answer['aud']].flat()),
        },
      }),
    };
  }

  private async answerTo(
    token: string,
    position: Cursor | undefined,
    patience: number | undefined,
  ): Promise<Record<string, unknown>> {
    const headers: Record<string, string> = position ? { 'Gatehouse-Position': sayCursor(position) } : {};
    await this.turn();
    try {
      const { introspection } = await this.service.endpoints();
      const answer = await this.service.form(
        introspection,
        { token, understands: UNDERSTANDS },
        { headers, ...(patience && { patience }) },
      );
      this.faults.over('introspection');
      return answer;
    } catch (error) {
      this.faults.report('introspection', this.sayFault(error));
      throw new ValidityUnknownError({ cause: error });
    } finally {
      this.free++;
      this.waiting.shift()?.();
    }
  }

  private async turn(): Promise<void> {
    while (this.free === 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.free--;
  }

  private sayFault(error: unknown): string {
    const { issuer, clientId } = this.service.settings;
    return error instanceof ServiceError && error.status === 401
      ? `The service at ${issuer} refuses the credentials of the client "${clientId}" (${error.message}). Check clientId and clientSecret: no token can be introspected.`
      : `Tokens can’t be introspected at ${issuer} (${reasonOf(error)}).`;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
