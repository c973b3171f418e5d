import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Settings } from '../../config/settings.js';
import type { Origin } from '../audit/actor.js';
import { RECORD } from '../audit/audit.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { prepared } from '../database/prepared.js';
import { MEMBERSHIPS, type Memberships } from '../rbac/account-grants.js';
import { SETTINGS } from '../settings.token.js';
import { type NewRefreshToken, refreshTokenHash } from './refresh-token.js';
import { ALIVE, TOKENS } from './liveness.js';
import { reportReuse } from './refresh-reuse.js';
import type { NewToken } from './token-registry.js';

/** A refresh token that was presented and is alive, with what a new pair needs to know. Times in seconds since 1970. */
export interface PresentedRefreshToken extends Memberships {
  readonly hash: Buffer;
  readonly sessionId: string;
  readonly sessionExpiresAt: number;
  readonly accountId: string;
  readonly accountEpoch: number;
  readonly username: string;
  readonly clientId: string;
  readonly clientEpoch: number;
  /** As it was granted at the login; null when that wasn't narrowed. */
  readonly scope: readonly string[] | null;
  readonly audience: readonly string[];
  /** It, or a sibling of it, was used, and the leeway is over. */
  readonly reused: boolean;
}

/** A refresh token that could be used now. Times in seconds since 1970. */
export interface UnusedRefreshToken extends Memberships {
  readonly jti: string;
  readonly accountId: string;
  readonly username: string;
  readonly clientId: string;
  readonly clientScopes: readonly string[] | null;
  /** Whether somebody else has set the password of the account. */
  readonly mustChangePassword: boolean;
  readonly scope: readonly string[] | null;
  readonly audience: readonly string[];
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** What became of a rotation; `refused` says that what it hangs on has changed since the token was looked up. */
export type Rotation = 'rotated' | 'reused' | 'refused';

/** The refresh token of the hash $1, if all that it hangs on is alive; it may have been used. */
const PRESENTED = `FROM ${TOKENS} WHERE tokens.refresh_hash = $1 AND sessions.expires_at > now() AND ${ALIVE}`;

/** Whether a superseded token is past the leeway of $2 seconds. With none it always is, whatever the clock says. */
const REUSED = `(tokens.superseded_at IS NOT NULL
   AND ($2::float8 = 0 OR extract(epoch FROM clock_timestamp() - tokens.superseded_at) >= $2))`;

const FIND = prepared(
  'gatehouse-presented-refresh-token',
  `
  SELECT tokens.session_id AS "sessionId", extract(epoch FROM sessions.expires_at)::float8 AS "sessionExpiresAt",
         accounts.id AS "accountId", accounts.username, sessions.account_epoch AS "accountEpoch", ${MEMBERSHIPS},
         clients.client_id AS "clientId", sessions.client_epoch AS "clientEpoch",
         tokens.scope, tokens.audience, ${REUSED} AS reused
  ${PRESENTED} AND tokens.client_id = $3`,
);

/** What is written down of a family that was ended: whose it was. Who came with the copy, nobody knows. */
const REUSE = `'token.refresh-reuse', NULL, NULL, 'session', sessions.id::text, accounts.username`;
const REUSED_OF = `jsonb_build_object('clientId', sessions.client_id, 'accountId', sessions.account_id)`;

const ROTATE = prepared(
  'gatehouse-rotate-refresh-token',
  `WITH rotation AS MATERIALIZED (
     SELECT gatehouse.rotate_refresh_token($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) AS outcome),
   audited AS (
     ${RECORD}
     SELECT ${REUSE}, $13, $14, $15, ${REUSED_OF}, NULL
       FROM rotation, gatehouse.sessions JOIN gatehouse.accounts ON accounts.id = sessions.account_id
      WHERE rotation.outcome = 'reused' AND sessions.id = $1)
   SELECT outcome FROM rotation`,
);

const END_FAMILY = `
  WITH ended AS (UPDATE gatehouse.sessions SET ended_at = now() WHERE id = $1 AND ended_at IS NULL RETURNING *),
  audited AS (
    ${RECORD}
    SELECT ${REUSE}, $2, $3, $4, ${REUSED_OF}, NULL
      FROM ended AS sessions JOIN gatehouse.accounts ON accounts.id = sessions.account_id)
  SELECT count(*)::int AS count FROM ended`;

const FIND_UNUSED = `
  SELECT tokens.jti, accounts.id AS "accountId", accounts.username, ${MEMBERSHIPS},
         accounts.must_change_password AS "mustChangePassword",
         clients.client_id AS "clientId", clients.scopes AS "clientScopes", tokens.scope, tokens.audience,
         extract(epoch FROM tokens.issued_at)::float8 AS "issuedAt", extract(epoch FROM tokens.expires_at)::float8 AS "expiresAt"
  ${PRESENTED} AND tokens.superseded_at IS NULL`;

/**
 * Refresh tokens: each is used once, and gets a successor of the same family, which is the session. One that comes back
 * later was copied, and nobody can tell who holds the copy: the family ends (RFC 9700 §4.14.2).
 */
@Injectable()
export class RefreshTokens {
  private readonly logger = new Logger(RefreshTokens.name);

  constructor(
    private readonly database: DataSource,
    private readonly feed: ChangeFeed,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** The token, if it is alive and was issued to the client. Nothing is changed by looking. */
  async find(token: string, clientId: string): Promise<PresentedRefreshToken | undefined> {
    const hash = refreshTokenHash(token);
    const [found] = await this.database.query<Omit<PresentedRefreshToken, 'hash'>[]>(FIND, [
      hash,
      this.settings.refreshReuseLeeway,
      clientId,
    ]);
    return found && { ...found, hash };
  }

  /** The token, if it is alive and neither it nor a sibling of it was used. */
  async findUnused(token: string): Promise<UnusedRefreshToken | undefined> {
    const [found] = await this.database.query<UnusedRefreshToken[]>(FIND_UNUSED, [refreshTokenHash(token)]);
    return found;
  }

  /**
   * Puts a new pair in the place of a token, in one transaction that does all of it or nothing. The session's row is
   * locked first, so that a revocation comes either before, and this is refused, or after, and the children die of it.
   * A function in the database, for one trip instead of four: see its migration.
   */
  async rotate(
    presented: PresentedRefreshToken,
    access: NewToken,
    refresh: NewRefreshToken,
    requestId: string,
  ): Promise<Rotation> {
    const [{ outcome }] = await this.database.query<[{ outcome: Rotation }]>(ROTATE, [
      presented.sessionId,
      presented.hash,
      this.settings.refreshReuseLeeway,
      access.jti,
      access.kid,
      access.audience,
      access.scope,
      access.issuedAt,
      access.expiresAt,
      refresh.jti,
      refresh.hash,
      refresh.expiresAt,
      access.address,
      access.agent,
      requestId,
    ]);
    if (outcome === 'reused') await this.tellReuse(presented);
    return outcome;
  }

  /** Ends the family of a token that came back, from there. */
  async endFamily(presented: PresentedRefreshToken, { address, agent, requestId }: Origin): Promise<void> {
    const [ended] = await this.database.query<[{ count: number }]>(END_FAMILY, [
      presented.sessionId,
      address,
      agent,
      requestId,
    ]);
    if (ended.count > 0) await this.tellReuse(presented);
  }

  private async tellReuse(presented: PresentedRefreshToken): Promise<void> {
    reportReuse(this.logger, presented);
    await this.feed.catchUp();
  }
}
