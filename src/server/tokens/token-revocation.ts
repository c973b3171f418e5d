import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { InvalidTokenError } from '../../validity/index.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { isRefreshTokenForm, refreshTokenHash } from './refresh-token.js';
import { RegistryTokenSource } from './registry.token-source.js';

/** Ends tokens. When a call returns, they are dead here, and a moment later everywhere. */
@Injectable()
export class TokenRevocation {
  constructor(
    private readonly database: DataSource,
    private readonly source: RegistryTokenSource,
    private readonly feed: ChangeFeed,
  ) {}

  /**
   * Ends a token that its client presents (RFC 7009 §2.1): an access token alone, a refresh token with its whole family.
   * One that is unknown, expired, or another client's is left as it is, and nothing tells.
   */
  async revokePresented(token: string, clientId: string): Promise<void> {
    if (isRefreshTokenForm(token)) {
      await this.endFamily('tokens.refresh_hash = $1 AND tokens.client_id = $2', [refreshTokenHash(token), clientId]);
      return;
    }
    const jti = await this.jtiOf(token);
    if (jti !== undefined) await this.end('jti = $1 AND client_id = $2', [jti, clientId]);
  }

  /** Ends the token of this id, and the whole family of a refresh token; answers whether there is one. */
  async revoke(jti: string): Promise<boolean> {
    return (
      (await this.end(`jti = $1 AND kind <> 'refresh'`, [jti])) ||
      (await this.endFamily(`tokens.jti = $1 AND tokens.kind = 'refresh'`, [jti]))
    );
  }

  private async end(which: string, values: unknown[]): Promise<boolean> {
    return this.applied(
      `UPDATE gatehouse.tokens SET revoked_at = coalesce(revoked_at, now()) WHERE ${which} RETURNING jti`,
      values,
    );
  }

  private async endFamily(which: string, values: unknown[]): Promise<boolean> {
    return this.applied(
      `UPDATE gatehouse.sessions SET ended_at = coalesce(ended_at, now()) FROM gatehouse.tokens
        WHERE sessions.id = tokens.session_id AND ${which} RETURNING sessions.id`,
      values,
    );
  }

  /** What somebody else has just ended may not be dead here yet, so the news is waited for then too. */
  private async applied(update: string, values: unknown[]): Promise<boolean> {
    const [rows] = await this.database.query<[unknown[], number]>(update, values);
    if (rows.length > 0) await this.feed.catchUp();
    return rows.length > 0;
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
