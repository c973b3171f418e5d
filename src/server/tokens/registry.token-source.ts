import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../../config/settings.js';
import type { PermissionsInForce, Principal } from '../../policy/index.js';
import { inForce, InvalidTokenError, keyIdOf, ValidityUnknownError, type TokenSource } from '../../validity/index.js';
import { isDatabaseUnavailable } from '../database/database-unavailable.js';
import { SigningKeysService } from '../keys/signing-keys.service.js';
import { authenticate } from '../passport.js';
import type { HeldGrants } from '../rbac/account-grants.js';
import { RbacSnapshot } from '../rbac/rbac-snapshot.js';
import { SETTINGS } from '../settings.token.js';
import { WorkQueue } from '../concurrency/work-queue.js';
import { JwtStrategy, type JwtRequest, type VerifiedClaims } from './jwt.strategy.js';
import { NOTHING_YET } from './nothing-yet.js';
import { TokenRegistry, type LiveToken } from './token-registry.js';

/** Milliseconds. */
const PATIENCE = 2_000;

/**
 * The share of the database connections that look-ups may take, and how many wait beyond. When thousands of unknown tokens
 * come at once, as after a restart, logins find a connection all the same.
 */
const SHARE = 0.6;
const MOST_WAITING = 5_000;

/** What all tokens have in common whose accounts hold the same: held once, it takes half of a token's memory off it. */
interface SharedGrants {
  readonly groups: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
  /** For tokens that neither their client nor a scope limits. */
  readonly unlimited: PermissionsInForce;
}

/** Looks up tokens that aren't known yet: passport-jwt verifies the signature, the registry says whether they are alive. */
@Injectable()
export class RegistryTokenSource implements TokenSource<LiveToken> {
  private readonly lookUps: WorkQueue;
  private readonly grants = new WeakMap<HeldGrants, SharedGrants>();

  constructor(
    private readonly strategy: JwtStrategy,
    private readonly registry: TokenRegistry,
    private readonly snapshot: RbacSnapshot,
    private readonly keys: SigningKeysService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    const { databasePoolSize } = settings;
    this.lookUps = new WorkQueue(Math.max(1, Math.floor(databasePoolSize * SHARE)), MOST_WAITING, 'unknown tokens');
  }

  get version(): number {
    return this.snapshot.version;
  }

  async load(token: string): Promise<LiveToken> {
    const claims = await this.claimsOf(token);
    // Twice: a query that hangs gives its place to the next, and who waits for a place doesn't wait for longer either.
    const live = await this.asked(this.lookUps.run(() => this.asked(this.registry.findLive(claims.jti))));
    // A token signed by another key of ours than the one in the registry isn't that token, and must die with its own key.
    if (!live || live.accountId !== claims.sub || live.kid !== keyIdOf(token)) throw new InvalidTokenError('revoked');
    if (live.audience.toString() !== claims.aud.toString()) throw new InvalidTokenError('claims');
    // The earlier of the two, should somebody have shortened it in the registry.
    return { ...live, expiresAt: Math.min(live.expiresAt, claims.exp) };
  }

  /**
   * What a token of ours says, dead or alive.
   *
   * @throws InvalidTokenError when its signature, its issuer or its times don't hold
   */
  async claimsOf(token: string): Promise<VerifiedClaims> {
    const request: JwtRequest = { token };
    const ask = () => authenticate<VerifiedClaims>(this.strategy, 'jwt', request);
    let { user: claims, info } = await ask();
    if (isUnknownKey(info) && (await this.asked(this.keys.search()))) ({ user: claims, info } = await ask());
    if (!claims) throw info instanceof InvalidTokenError ? info : new InvalidTokenError(reasonOf(info));
    return claims;
  }

  principalOf(token: LiveToken): Principal {
    const mustChangePassword = token.mustChangePassword && this.settings.requirePasswordChange;
    const held = mustChangePassword ? NOTHING_YET : this.snapshot.resolve(token.groupIds, token.roleIds);
    const { groups, roles, unlimited } = this.shared(held);
    const { clientScopes: client, scope } = token;
    return {
      id: token.accountId,
      kind: token.accountKind,
      username: token.username,
      name: token.name,
      groups,
      roles,
      permissions: client || scope ? inForce({ account: held.patterns, client, scope }) : unlimited,
      isNarrowed: token.scope !== null,
      mustChangePassword,
      token: {
        jti: token.jti,
        clientId: token.clientId,
        sessionId: token.sessionId,
        issuedAt: token.issuedAt,
        expiresAt: token.expiresAt,
        audience: token.audience,
      },
    };
  }

  private shared(held: HeldGrants): SharedGrants {
    let shared = this.grants.get(held);
    if (!shared) {
      const unlimited = inForce({ account: held.patterns, client: null, scope: null });
      this.grants.set(held, (shared = { groups: new Set(held.groups), roles: new Set(held.roles), unlimited }));
    }
    return shared;
  }

  /** A database that hangs says nothing, and a request mustn't wait for it any longer than for one that is gone. */
  private async asked<Answer>(question: Promise<Answer>): Promise<Answer> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new ValidityUnknownError()), PATIENCE);
    });
    try {
      return await Promise.race([question, late]);
    } catch (error) {
      throw isDatabaseUnavailable(error) ? new ValidityUnknownError({ cause: error }) : error;
    } finally {
      clearTimeout(timer);
    }
  }
}

function isUnknownKey(info: unknown): boolean {
  return info instanceof InvalidTokenError && info.reason === 'key';
}

/** jsonwebtoken's errors have names; what we don't know is a bad signature. */
function reasonOf(info: unknown): 'expired' | 'claims' | 'signature' {
  if (!(info instanceof Error)) return 'signature';
  if (info.name === 'TokenExpiredError') return 'expired';
  return /audience|issuer|subject/.test(info.message) ? 'claims' : 'signature';
}
