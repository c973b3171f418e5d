import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { EVERYTHING, rightsOf, type Power, type Rights } from '../../policy/index.js';
import { inForce } from '../../validity/index.js';
import type { Actor } from '../audit/actor.js';
import { DomainError } from '../domain-error.js';

interface Held {
  readonly account: string[];
  readonly groups: string[];
  readonly roles: string[];
  readonly client: string[] | null;
  readonly scope: string[] | null;
}

/** Roles through groups and without. */
const ROLES = `
  SELECT role_id FROM gatehouse.account_roles WHERE account_id = accounts.id
   UNION SELECT role_id FROM gatehouse.account_groups JOIN gatehouse.group_roles USING (group_id) WHERE account_id = accounts.id`;

/** What the actor of a request may hand on: what is in force for this very request, and nothing else. */
@Injectable()
export class ActorRights {
  /**
   * Reads what is in force for the request, under a lock that everybody takes who changes grants: until the transaction
   * ends, nobody takes from the actor what the actor is about to give. The lock comes before any other.
   *
   * @throws DomainError `forbidden` when the actor's token has died since the request was let in
   */
  async lock({ principal }: Actor, manager: EntityManager): Promise<Rights> {
    await manager.query('SELECT FROM gatehouse.rbac FOR UPDATE');
    if (!principal) return EVERYTHING;
    // A second statement, so that it sees what was committed while the lock was waited for.
    const [held] = await manager.query<Held[]>(
      `SELECT ARRAY(SELECT DISTINCT pattern FROM gatehouse.role_permissions WHERE role_id IN (${ROLES})) AS account,
              ARRAY(SELECT name FROM gatehouse.roles WHERE id IN (${ROLES})) AS roles,
              ARRAY(SELECT name FROM gatehouse.account_groups JOIN gatehouse.groups ON id = group_id WHERE account_id = accounts.id) AS groups,
              clients.scopes AS client, tokens.scope
         FROM gatehouse.tokens
         JOIN gatehouse.accounts ON accounts.id = tokens.account_id
         JOIN gatehouse.clients ON clients.client_id = tokens.client_id
         LEFT JOIN gatehouse.sessions ON sessions.id = tokens.session_id
        WHERE tokens.jti = $1 AND tokens.account_id = $2 AND tokens.revoked_at IS NULL AND sessions.ended_at IS NULL
          AND accounts.is_active AND accounts.epoch = coalesce(sessions.account_epoch, tokens.account_epoch)
          AND clients.is_active AND clients.epoch = coalesce(sessions.client_epoch, tokens.client_epoch)
          AND NOT EXISTS (SELECT FROM gatehouse.signing_keys WHERE kid = tokens.kid AND state = 'revoked')`,
      [principal.token?.jti ?? null, principal.id],
    );
    if (!held) throw new DomainError('forbidden', 'The access token has just been revoked.');
    return rightsOf({
      permissions: inForce(held),
      groups: new Set(held.groups),
      roles: new Set(held.roles),
      isNarrowed: held.scope !== null,
    });
  }
}

/**
 * Nobody hands out what isn't in force for them.
 *
 * @param powers what would be handed out
 * @throws DomainError `forbidden`, naming those that aren't in force
 */
export function requireInForce(rights: Rights, powers: readonly Power[]): void {
  const missing = powers.filter((power) => !rights.allows(power));
  if (missing.length === 0) return;
  throw new DomainError(
    'forbidden',
    `Nobody hands out a permission that they don’t hold, and these are not in force for this request: ${missing.toSorted().join(', ')}.`,
  );
}
