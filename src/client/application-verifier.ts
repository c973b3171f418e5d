import type { Principal } from '../policy/index.js';
import {
  CachingTokenVerifier,
  InvalidTokenError,
  ValidityUnknownError,
  type Change,
  type Decisions,
  type TokenVerifier,
} from '../validity/index.js';
import type { DirectIntrospection } from './direct-introspection.js';
import type { IntrospectedTokenSource } from './introspected.token-source.js';
import type { IntrospectedToken } from './introspection.js';
import type { NewsLease } from './news-lease.js';
import type { UnreachableMode } from './when-unreachable.js';

/** How often tokens were decided, and how, since the start. */
export interface ClientDecisions extends Decisions {
  /** While no news arrived: by a question of their own, or its answer of less than 250 ms ago. */
  introspected: number;
  /** While no news arrived: let in because they had been known before, as `accept-for` says. */
  accepted: number;
}

/** Verifies tokens by what is held while the news are fresh, and as the mode says while they aren't. */
export class ApplicationVerifier implements TokenVerifier {
  private readonly cache: CachingTokenVerifier<IntrospectedToken>;
  private readonly own = { introspected: 0, accepted: 0, refused: 0, unknown: 0 };

  /** @param clientId this application's own client, on which hangs what it may be told */
  constructor(
    private readonly clientId: string,
    private readonly source: IntrospectedTokenSource,
    private readonly direct: DirectIntrospection,
    private readonly lease: NewsLease,
    private readonly mode: UnreachableMode,
    cacheBytes: number,
  ) {
    this.cache = new CachingTokenVerifier(source, lease, cacheBytes);
  }

  get held(): { tokens: number; bytes: number } {
    return this.cache.held;
  }

  get decisions(): ClientDecisions {
    const { hit, loaded, refused, unknown } = this.cache.decisions;
    const { introspected, accepted } = this.own;
    return {
      hit,
      loaded,
      refused: refused + this.own.refused,
      unknown: unknown + this.own.unknown,
      introspected,
      accepted,
    };
  }

  verify(token: string): Principal | Promise<Principal> {
    // There is nothing to wait for where the service can be asked at once.
    if (!this.lease.isFresh && (this.mode.name !== 'refuse' || this.lease.hasLapsed)) return this.verifyLapsed(token);
    const principal = this.cache.verify(token);
    return 'then' in principal ? principal.catch((error: unknown) => this.afterLoad(token, error)) : principal;
  }

  /** Forgets what the news make doubtful. */
  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      this.cache.apply(change);
      // What is in force is in each answer, and what this application is told hangs on its own client.
      if (
        change.kind === 'rbac' ||
        change.kind === 'all' ||
        (change.kind === 'client' && change.subject === this.clientId)
      ) {
        this.source.forget();
        this.cache.apply({ kind: 'all', subject: '' });
      }
    }
  }

  /** The lease may have lapsed during a load; then it is as if it had been asked for now. */
  private afterLoad(token: string, error: unknown): Principal | Promise<Principal> {
    if (error instanceof ValidityUnknownError && !this.lease.isFresh && this.mode.name !== 'refuse') {
      return this.verifyLapsed(token);
    }
    throw error;
  }

  private verifyLapsed(token: string): Principal | Promise<Principal> {
    if (this.mode.name === 'refuse') {
      this.own.unknown++;
      throw new ValidityUnknownError();
    }
    if (this.mode.name === 'accept-for' && this.lease.ranWithin(this.mode.acceptFor)) {
      const known = this.cache.known(token);
      if (known) {
        this.own.accepted++;
        return known;
      }
    }
    try {
      const principal = this.direct.verify(token);
      if ('then' in principal) return principal.then(...this.countedBy());
      this.own.introspected++;
      return principal;
    } catch (error) {
      throw this.counted(error);
    }
  }

  private countedBy(): [(principal: Principal) => Principal, (error: unknown) => never] {
    return [
      (principal) => {
        this.own.introspected++;
        return principal;
      },
      (error) => {
        throw this.counted(error);
      },
    ];
  }

  private counted(error: unknown): unknown {
    this.own[error instanceof InvalidTokenError ? 'refused' : 'unknown']++;
    return error;
  }
}
