import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { InvalidTokenError } from '../../validity/index.js';
import type { Actor } from '../audit/actor.js';
import type { AuditEvent } from '../audit/audit-event.js';
import { Audit } from '../audit/audit.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { isRefreshTokenForm, refreshTokenHash } from './refresh-token.js';
import { RegistryTokenSource } from './registry.token-source.js';

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
   * One that is unknown, expired, or another client's is left as it is, and nothing tells.
   */
  async revokePresented(token: string, clientId: string): Promise<void> {
    if (isRefreshTokenForm(token)) {
      const values = [refreshTokenHash(token), clientId];
      await this.applied(this.endFamily('tokens.refresh_hash = $1 AND tokens.client_id = $2', values));
      return;
    }
    const jti = await this.jtiOf(token);
    if (jti !== undefined) await this.applied(this.end('jti = $1 AND client_id = $2', [jti, clientId]));
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

  private end(which: string, values: unknown[], manager: Asked = this.database): Promise<boolean> {
    return changesAny(
      manager,
      `UPDATE gatehouse.tokens SET revoked_at = coalesce(revoked_at, now()) WHERE ${which} RETURNING jti`,
      values,
    );
  }

  private endFamily(which: string, values: unknown[], manager: Asked = this.database): Promise<boolean> {
    return changesAny(
      manager,
      `UPDATE gatehouse.sessions SET ended_at = coalesce(ended_at, now()) FROM gatehouse.tokens
        WHERE sessions.id = tokens.session_id AND ${which} RETURNING sessions.id`,
      values,
    );
  }

  /** What somebody else has just ended may not be dead here yet, so the news is waited for then too. */
  private async applied(update: Promise<boolean>): Promise<void> {
    if (await update) await this.feed.catchUp();
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
