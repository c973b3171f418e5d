import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../../config/settings.js';
import { allowedNames, Grants, Intersection, type PermissionsInForce } from '../../policy/index.js';
import { inForce } from '../../validity/index.js';
import { SigningKeysService } from '../keys/signing-keys.service.js';
import { AccountGrants } from '../rbac/account-grants.js';
import { SETTINGS } from '../settings.token.js';
import { signAccessToken } from './access-token.js';
import { TokenRegistry } from './token-registry.js';

/** Who gets a token, through which client, as both were read before the credentials were checked. */
export interface Grantee {
  readonly account: { readonly id: string; readonly epoch: number; readonly username: string };
  readonly client: {
    readonly clientId: string;
    readonly epoch: number;
    readonly scopes: readonly string[] | null;
    readonly audience: string | null;
  };
  /** The scope asked for; undefined when none was: then the token isn't narrowed. */
  readonly scope: readonly string[] | undefined;
  readonly address: string;
  readonly agent: string;
}

/** A token as `POST /token` hands it out. */
export interface IssuedToken {
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number;
  readonly scope: readonly string[];
}

/** Why no token was issued, or the token. */
export type IssueResult =
  IssuedToken | { readonly refused: 'scope'; readonly missing: readonly string[] } | { readonly refused: 'stale' };

/** Issues access tokens: signed, and entered in the registry before they are handed out. */
@Injectable()
export class TokenIssuer {
  constructor(
    private readonly keys: SigningKeysService,
    private readonly grants: AccountGrants,
    private readonly registry: TokenRegistry,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Opens a session with its access token. `stale` when account, client or key changed in the meantime. */
  async openSession({ account, client, scope, address, agent }: Grantee): Promise<IssueResult> {
    const [held, known] = await Promise.all([this.grants.load(account.id), this.grants.knownPermissions()]);
    const permissions = inForce({ account: held.patterns, client: client.scopes, scope: null });
    const missing = scope?.filter((name) => !known.includes(name) || !permissions.allows(name)) ?? [];
    if (missing.length > 0) return { refused: 'scope', missing };

    const key = this.keys.active;
    const issuedAt = Math.floor(Date.now() / 1_000);
    const expiresAt = issuedAt + this.settings.accessTokenLifetime;
    const audience = client.audience ?? this.settings.tokenAudience ?? this.settings.publicUrl;
    const names = allowedNames(narrowed(permissions, scope), known);
    const jti = randomUUID();
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
    const entered = await this.registry.openSession(
      {
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
      },
      expiresAt,
    );
    return entered ? { accessToken, expiresIn: this.settings.accessTokenLifetime, scope: names } : { refused: 'stale' };
  }
}

function narrowed(permissions: PermissionsInForce, scope: readonly string[] | undefined): PermissionsInForce {
  return scope ? new Intersection([permissions, new Grants(scope)]) : permissions;
}
