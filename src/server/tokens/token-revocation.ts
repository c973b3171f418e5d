import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { InvalidTokenError } from '../../validity/index.js';
import type { Actor, Origin } from '../audit/actor.js';
import type { AuditEvent } from '../audit/audit-event.js';
import { Audit, RECORD } from '../audit/audit.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { isRefreshTokenForm, refreshTokenHash } from './refresh-token.js';
import { RegistryTokenSource } from './registry.token-source.js';

/** Of the tokens that were `ended`, by the client that held them. */
const AUDITED = `${RECORD}
  SELECT 'token.revoked', NULL, NULL, 'token', ended.jti::text, accounts.username, $3, $4, $5,
         jsonb_build_object('kind', ended.kind, 'clientId', $2, 'accountId', accounts.id), NULL
    FROM ended JOIN gatehouse.accounts ON accounts.id = ended.account_id`;

const END_PRESENTED = `
  WITH presented AS (
    SELECT jti, revoked_at IS NULL AS living FROM gatehouse.tokens WHERE jti = $1 AND client_id = $2 FOR UPDATE),
  ended AS (
    UPDATE gatehouse.tokens SET revoked_at = now() FROM presented WHERE tokens.jti = presented.jti AND living
    RETURNING tokens.jti, tokens.kind, tokens.account_id),
  audited AS (${AUDITED})
  SELECT jti FROM presented`;

const END_PRESENTED_FAMILY = `
  WITH presented AS (
    SELECT sessions.id, sessions.ended_at IS NULL AS living, tokens.jti, tokens.kind
      FROM gatehouse.sessions JOIN gatehouse.tokens ON tokens.session_id = sessions.id
     WHERE tokens.refresh_hash = $1 AND tokens.client_id = $2 FOR UPDATE OF sessions),
  ended AS (
    UPDATE gatehouse.sessions SET ended_at = now() FROM presented WHERE sessions.id = presented.id AND living
    RETURNING presented.jti, presented.kind, sessions.account_id),
  audited AS (${AUDITED})
  SELECT id FROM presented`;

type Asked = Pick<EntityManager, 'query'>;

/** Ends tokens. When a call returns, they are dead here, and a moment later everywhere. */
@Injectable()
export class TokenRevocation {
  constructor(
    private readonly database: DataSource,
    private readonly source: RegistryTokenSource,
    private readonly feed: ChangeFeed,
    private readonly audit: Audit,
  ) {}

  /**
   * Ends a token that its client presents (RFC 7009 §2.1): an access token alone, a refresh token with its whole family.
   * One that is unknown, expired, or another client's is left as it is, and nothing tells. What was alive is written down.
   */
  async revokePresented(token: string, clientId: string, { address, agent, requestId }: Origin): Promise<void> {
    const origin = [clientId, address, agent, requestId];
    if (isRefreshTokenForm(token)) {
      await this.applied(END_PRESENTED_FAMILY, [refreshTokenHash(token), ...origin]);
      return;
    }
    const jti = await this.jtiOf(token);
    if (jti !== undefined) await this.applied(END_PRESENTED, [jti, ...origin]);
  }

  /**
   * Ends the token of this id, and the whole family of a refresh token; answers whether there is one. Anybody's: a token
   * that leaked is ended by whoever is on duty, and nobody gets anything by it.
   */
  async revoke(jti: string, actor: Actor): Promise<boolean> {
    const found = await this.database.transaction(async (manager) => {
      const ended =
        (await this.end(`jti = $1 AND kind <> 'refresh'`, [jti], manager)) ||
        (await this.endFamily(`tokens.jti = $1 AND tokens.kind = 'refresh'`, [jti], manager));
      if (ended) await this.audit.record(await revoked(jti, manager), actor, manager);
      return ended;
    });
    if (found) await this.feed.catchUp();
    return found;
  }

  private end(which: string, values: unknown[], manager: Asked): Promise<boolean> {
    return changesAny(
      manager,
      `UPDATE gatehouse.tokens SET revoked_at = coalesce(revoked_at, now()) WHERE ${which} RETURNING jti`,
      values,
    );
  }

  private endFamily(which: string, values: unknown[], manager: Asked): Promise<boolean> {
    return changesAny(
      manager,
      `UPDATE gatehouse.sessions SET ended_at = coalesce(ended_at, now()) FROM gatehouse.tokens
        WHERE sessions.id = tokens.session_id AND ${which} RETURNING sessions.id`,
      values,
    );
  }

  /** What somebody else has just ended may not be dead here yet, so the news is waited for then too. */
  private async applied(statement: string, values: unknown[]): Promise<void> {
    const rows = await this.database.query<unknown[]>(statement, values);
    if (rows.length > 0) await this.feed.catchUp();
  }

  private async jtiOf(token: string): Promise<string | undefined> {
    try {
      return (await this.source.claimsOf(token)).jti;
    } catch (error) {
      if (error instanceof InvalidTokenError) return undefined;
      throw error;
    }
  }
}

async function changesAny(manager: Asked, update: string, values: unknown[]): Promise<boolean> {
  const [rows] = await manager.query<[unknown[], number]>(update, values);
  return rows.length > 0;
}

async function revoked(jti: string, manager: Asked): Promise<AuditEvent> {
  const [token] = await manager.query<[{ kind: string; clientId: string; accountId: string; username: string }]>(
    `SELECT tokens.kind, client_id AS "clientId", account_id AS "accountId", username
       FROM gatehouse.tokens JOIN gatehouse.accounts ON accounts.id = account_id WHERE jti = $1`,
    [jti],
  );
  const { username, ...before } = token;
  return { kind: 'token.revoked', target: { type: 'token', id: jti, name: username }, before };
}
