import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Settings } from '../../config/settings.js';
import type { Actor } from '../audit/actor.js';
import { ClientSecrets } from '../clients/client-secrets.js';
import { DomainError, fieldError } from '../domain-error.js';
import { MEMBERSHIPS, type Memberships } from '../rbac/account-grants.js';
import { AdministrativeChanges, type AdministrativeChange } from '../rbac/administrative-changes.js';
import { SETTINGS } from '../settings.token.js';
import { TokenTooLongError } from '../tokens/access-token.js';
import { ScopeNotHeldError, TokenIssuer, type ComposedToken, type Grantee } from '../tokens/token-issuer.js';
import { TokenRegistry } from '../tokens/token-registry.js';
import { CreateServiceTokenDto, ServiceSecretDto, ServiceTokenDto } from './service-account.dto.js';
import { lockServiceAccount, target } from './service-accounts.service.js';

interface AccountRow extends Memberships {
  readonly id: string;
  readonly username: string;
  readonly epoch: number;
}

interface ClientRow {
  readonly clientId: string;
  readonly scopes: readonly string[] | null;
  readonly audience: string | null;
  readonly isActive: boolean;
  readonly epoch: number;
}

/**
 * Makes the credentials of service accounts: secrets for `client_credentials`, and long-lived tokens. Both hang on the
 * account and on its one client, so that switching off either kills both.
 */
@Injectable()
export class ServiceCredentials {
  constructor(
    private readonly changes: AdministrativeChanges,
    private readonly secrets: ClientSecrets,
    private readonly issuer: TokenIssuer,
    private readonly registry: TokenRegistry,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * Makes a secret; the present one lives on for the overlap.
   *
   * @param overlap seconds
   * @throws DomainError `not-found`; `conflict` when account or client is switched off; `forbidden` when the account
   *   holds what isn't in force for the actor
   */
  makeSecret(accountId: string, overlap: number, actor: Actor): Promise<ServiceSecretDto> {
    return this.changes.run(actor, async (change) => {
      const { manager } = change;
      const account = await admit(accountId, change);
      const { clientId } = await clientOf(accountId, manager);
      await manager.query(
        `UPDATE gatehouse.clients SET grants = '{client_credentials}', updated_at = now()
          WHERE client_id = $1 AND grants <> '{client_credentials}'`,
        [clientId],
      );
      const clientSecret = await this.secrets.replace(clientId, overlap, manager);
      await change.record({
        kind: 'service-account.secret-made',
        target: target(account),
        after: { clientId, overlap },
      });
      return { clientId, clientSecret };
    });
  }

  /**
   * Makes a long-lived access token.
   *
   * @throws DomainError as {@link makeSecret}, and `unprocessable` for a scope that the account doesn't hold, or a
   *   lifetime beyond the longest
   */
  makeToken(
    accountId: string,
    { name, scope, expiresIn = this.settings.serviceTokenLifetime }: CreateServiceTokenDto,
    actor: Actor,
  ): Promise<ServiceTokenDto> {
    const longest = this.settings.serviceTokenLifetime;
    if (expiresIn > longest) {
      throw fieldError(
        'unprocessable',
        'expiresIn',
        `expiresIn can be ${longest} seconds at most (SERVICE_TOKEN_LIFETIME).`,
      );
    }
    return this.changes.run(actor, async (change) => {
      const { manager } = change;
      const account = await admit(accountId, change);
      const client = await clientOf(accountId, manager);
      const { publicUrl, tokenAudience = publicUrl } = this.settings;
      const grantee = { account, client, audience: tokenAudience, scope: namesIn(scope), ...originOf(actor) };
      const { accessToken, entry } = await this.compose(grantee, expiresIn);
      if (!(await this.registry.enter(entry, 'service', name, manager))) {
        throw new DomainError('overloaded', 'The signing keys are being replaced. Try again shortly.');
      }
      const expiresAt = new Date(entry.expiresAt * 1_000);
      await change.record({
        kind: 'service-account.token-made',
        target: target(account),
        after: { jti: entry.jti, name, scope: entry.scope, expiresAt },
      });
      return { jti: entry.jti, token: accessToken, expiresAt };
    });
  }

  private async compose(grantee: Grantee, lifetime: number): Promise<ComposedToken> {
    try {
      return await this.issuer.compose(grantee, lifetime);
    } catch (error) {
      if (error instanceof TokenTooLongError) {
        throw fieldError('unprocessable', 'scope', 'So many scopes make the token too long. Name fewer, or none.');
      }
      if (!(error instanceof ScopeNotHeldError)) throw error;
      const missing = error.missing.join(', ');
      throw fieldError(
        'unprocessable',
        'scope',
        `The service account doesn’t hold, or there is no permission ${missing}.`,
      );
    }
  }
}

/** Who holds the credentials acts as the account: so nobody makes them for one that may do more than they do. */
async function admit(accountId: string, change: AdministrativeChange): Promise<Grantee['account']> {
  if (!(await lockServiceAccount(accountId, change.manager))) {
    throw new DomainError('conflict', 'The service account is switched off.');
  }
  await change.touch({ type: 'account', id: accountId });
  return readGrantee(accountId, change.manager);
}

/** The registry knows no token without an address; at the console there is none. */
function originOf({ address, agent }: Actor): { address: string; agent: string } {
  return { address: address ?? '', agent };
}

async function readGrantee(id: string, manager: EntityManager): Promise<Grantee['account']> {
  const [row] = await manager.query<AccountRow[]>(
    `SELECT id, username, epoch, ${MEMBERSHIPS} FROM gatehouse.accounts WHERE id = $1`,
    [id],
  );
  const { groupIds, roleIds, ...account } = row!;
  return { ...account, memberships: { groupIds, roleIds } };
}

/**
 * The client of the account, which is made when it is first needed. The account is locked, so there is never a second.
 *
 * @throws DomainError `conflict` when it is switched off
 */
async function clientOf(accountId: string, manager: EntityManager): Promise<ClientRow> {
  await manager.query(
    `INSERT INTO gatehouse.clients (client_id, name, account_id) SELECT $2, username, id FROM gatehouse.accounts WHERE id = $1
     ON CONFLICT (account_id) DO NOTHING`,
    [accountId, `service-${randomBytes(16).toString('hex')}`],
  );
  const [client] = await manager.query<ClientRow[]>(
    `SELECT client_id AS "clientId", scopes, audience, is_active AS "isActive", epoch
       FROM gatehouse.clients WHERE account_id = $1 FOR UPDATE`,
    [accountId],
  );
  if (!client!.isActive) {
    throw new DomainError('conflict', `The client ${client!.clientId} of the service account is switched off.`);
  }
  return client!;
}

function namesIn(scope: string | undefined): readonly string[] | undefined {
  const names = [...new Set((scope ?? '').split(' ').filter((name) => name !== ''))];
  return names.length > 0 ? names : undefined;
}
