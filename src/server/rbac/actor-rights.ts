import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { PermissionsInForce, Principal } from '../../policy/index.js';
import { inForce } from '../../validity/index.js';
import { DomainError } from '../domain-error.js';

/** What the actor of a request may hand on: what is in force for this very request, and nothing else. */
@Injectable()
export class ActorRights {
  /**
   * Reads what is in force for the request, under a lock that everybody takes who changes grants: until the transaction
   * ends, nobody takes from the actor what the actor is about to give. The lock comes before any other.
   *
   * @throws DomainError `forbidden` when the actor's token has died since the request was let in
   */
  async lock(actor: Principal, manager: EntityManager): Promise<PermissionsInForce> {
    await manager.query('SELECT FROM gatehouse.rbac FOR UPDATE');
    // A second statement, so that it sees what was committed while the lock was waited for.
    const [held] = await manager.query<{ account: string[]; client: string[] | null; scope: string[] | null }[]>(
      `SELECT ${PATTERNS} AS account, clients.scopes AS client, tokens.scope
         FROM gatehouse.tokens
         JOIN gatehouse.accounts ON accounts.id = tokens.account_id
         JOIN gatehouse.clients ON clients.client_id = tokens.client_id
         LEFT JOIN gatehouse.sessions ON sessions.id = tokens.session_id
        WHERE tokens.jti = $1 AND tokens.account_id = $2 AND tokens.revoked_at IS NULL AND sessions.ended_at IS NULL
          AND accounts.is_active AND accounts.epoch = coalesce(sessions.account_epoch, tokens.account_epoch)
          AND clients.is_active AND clients.epoch = coalesce(sessions.client_epoch, tokens.client_epoch)
          AND NOT EXISTS (SELECT FROM gatehouse.signing_keys WHERE kid = tokens.kid AND state = 'revoked')`,
      [actor.token?.jti ?? null, actor.id],
    );
    if (!held) throw new DomainError('forbidden', 'The access token has just been revoked.');
    return inForce(held);
  }
}

/** Selects what `accounts.id` holds, as an array of names and patterns. */
const PATTERNS = `
  ARRAY(SELECT DISTINCT pattern FROM gatehouse.role_permissions WHERE role_id IN (
    SELECT role_id FROM gatehouse.account_roles WHERE account_id = accounts.id
    UNION SELECT role_id FROM gatehouse.account_groups JOIN gatehouse.group_roles USING (group_id) WHERE account_id = accounts.id))`;

/** What the account holds, as names and patterns, as this transaction sees it; nothing if there is no such account. */
export async function patternsOf(accountId: string, manager: EntityManager): Promise<string[]> {
  const [held] = await manager.query<{ patterns: string[] }[]>(
    `SELECT ${PATTERNS} AS patterns FROM gatehouse.accounts WHERE id = $1`,
    [accountId],
  );
  return held?.patterns ?? [];
}

/**
 * Nobody hands out what isn't in force for them.
 *
 * @param patterns names and patterns that would be handed out
 * @throws DomainError `forbidden`, naming those that aren't in force
 */
export function requireInForce(rights: PermissionsInForce, patterns: readonly string[]): void {
  const missing = patterns.filter((pattern) => !rights.allows(pattern));
  if (missing.length === 0) return;
  throw new DomainError(
    'forbidden',
    `Nobody hands out a permission that they don’t hold, and these are not in force for this request: ${missing.toSorted().join(', ')}.`,
  );
}
