import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../../config/settings.js';
import { allowedNames, Grants, Intersection, type PermissionsInForce } from '../../policy/index.js';
import { inForce } from '../../validity/index.js';
import { DomainError } from '../domain-error.js';
import { SigningKeysService } from '../keys/signing-keys.service.js';
import { AccountGrants, type Memberships } from '../rbac/account-grants.js';
import { RbacSnapshot } from '../rbac/rbac-snapshot.js';
import { SETTINGS } from '../settings.token.js';
import { signAccessToken } from './access-token.js';
import type { NewToken } from './token-registry.js';

/** Who gets a token, through which client, as both were read before the credentials were checked. */
export interface Grantee {
  readonly account: {
    readonly id: string;
    readonly epoch: number;
    readonly username: string;
    /** Where they have been read already; looked up else. */
    readonly memberships?: Memberships;
  };
  readonly client: {
    readonly clientId: string;
    readonly epoch: number;
    readonly scopes: readonly string[] | null;
    readonly audience: string | null;
  };
  /** The audience asked for, which the client may ask for; undefined: the client's own, else the service (RFC 8707 §2). */
  readonly audience?: string | undefined;
  /** The scope asked for; undefined when none was: then the token isn't narrowed. */
  readonly scope: readonly string[] | undefined;
  /** The scope of the grant that this one renews, which it may not exceed; null or undefined: there is no such limit. */
  readonly limit?: readonly string[] | null;
  readonly address: string;
  readonly agent: string;
}

/** An access token that is signed, and has yet to be entered in the registry before it may be handed out. */
export interface ComposedToken {
  readonly accessToken: string;
  /** Its row. */
  readonly entry: NewToken;
  /** The names that it allows at this moment. */
  readonly scope: readonly string[];
}

/** A scope was asked for that the account or the client doesn't hold, or beyond the limit (RFC 6749 §5.2, `invalid_scope`). */
export class ScopeNotHeldError extends Error {
  override readonly name = 'ScopeNotHeldError';

  constructor(readonly missing: readonly string[]) {
    super(`not held, or not known: ${missing.join(' ')}`);
  }
}

/** So many rotations in a row, each just between composing and entering, aren't met by chance. */
const MOST_ATTEMPTS = 3;

/** Makes access tokens. Entering them in the registry is the caller's, in the transaction that grants them. */
@Injectable()
export class TokenIssuer {
  constructor(
    private readonly keys: SigningKeysService,
    private readonly grants: AccountGrants,
    private readonly snapshot: RbacSnapshot,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * Composes an access token and enters it in the registry. A key that was replaced in between is no failure of the
   * caller's: the token is composed anew with the one that signs now.
   *
   * @param enter enters it in the transaction that grants it, and tells whether it did
   * @param lifetime seconds; left out: that of people's tokens
   * @returns undefined when it wasn't entered, since what it hangs on has changed
   * @throws ScopeNotHeldError
   */
  async issue(
    grantee: Grantee,
    enter: (token: ComposedToken) => Promise<boolean>,
    lifetime?: number,
  ): Promise<ComposedToken | undefined> {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const token = await this.compose(grantee, lifetime);
      if (await enter(token)) return token;
      await this.keys.reload();
      if (this.keys.active.kid === token.entry.kid) return undefined;
    }
    throw new DomainError('overloaded', 'The signing keys are being replaced. Try again shortly.');
  }

  /**
   * Composes and signs an access token.
   *
   * @param lifetime seconds; left out: that of people's tokens
   * @throws ScopeNotHeldError
   */
  async compose(
    { account, client, audience: wanted, scope: asked, limit, address, agent }: Grantee,
    lifetime: number = this.settings.accessTokenLifetime,
  ): Promise<ComposedToken> {
    const { memberships } = account;
    const held = memberships
      ? this.snapshot.resolve(memberships.groupIds, memberships.roleIds)
      : await this.grants.load(account.id);
    const known = this.snapshot.knownPermissions;
    const permissions = inForce({ account: held.patterns, client: client.scopes, scope: null });
    const missing = asked?.filter(
      (name) => !known.includes(name) || !permissions.allows(name) || limit?.includes(name) === false,
    );
    if (missing?.length) throw new ScopeNotHeldError(missing);
    // What the limit names and isn't held any more is no error: it is just not in force.
    const scope = asked ?? limit ?? undefined;

    const key = this.keys.active;
    const jti = randomUUID();
    const issuedAt = Math.floor(Date.now() / 1_000);
    const expiresAt = issuedAt + lifetime;
    const audience = wanted ?? client.audience ?? this.settings.tokenAudience ?? this.settings.publicUrl;
    const names = allowedNames(narrowed(permissions, scope), known);
    const accessToken = signAccessToken(
      {
        iss: this.settings.publicUrl,
        sub: account.id,
        aud: audience,
        exp: expiresAt,
        iat: issuedAt,
        jti,
        client_id: client.clientId,
        scope: names.join(' '),
        narrowed: scope !== undefined,
        username: account.username,
        groups: held.groups,
        roles: held.roles,
        permissions: names,
      },
      key,
    );
    const entry: NewToken = {
      jti,
      kid: key.kid,
      accountId: account.id,
      accountEpoch: account.epoch,
      clientId: client.clientId,
      clientEpoch: client.epoch,
      audience: [audience],
      scope: scope ?? null,
      issuedAt,
      expiresAt,
      address,
      agent,
    };
    return { accessToken, entry, scope: names };
  }
}

function narrowed(permissions: PermissionsInForce, scope: readonly string[] | undefined): PermissionsInForce {
  return scope ? new Intersection([permissions, new Grants(scope)]) : permissions;
}
