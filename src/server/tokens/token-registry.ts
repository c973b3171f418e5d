import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { LoadedToken } from '../../validity/index.js';
import { RECORD } from '../audit/audit.js';
import { refersToDeleted } from '../database/deleted-reference.js';
import { prepared } from '../database/prepared.js';
import { MEMBERSHIPS, type Memberships } from '../rbac/account-grants.js';
import { ALIVE, TOKENS } from './liveness.js';
import type { NewRefreshToken } from './refresh-token.js';

/** A token that is alive, with what its limits hang on. */
export interface LiveToken extends LoadedToken, Memberships {
  readonly kind: 'access' | 'service';
  readonly accountKind: 'user' | 'service';
  readonly username: string;
  readonly name: string;
  /** Whether somebody else has set the password of the account. */
  readonly mustChangePassword: boolean;
  readonly clientScopes: readonly string[] | null;
  /** What it was narrowed to; null when it wasn't. */
  readonly scope: readonly string[] | null;
  readonly audience: readonly string[];
  /** Seconds since 1970. */
  readonly issuedAt: number;
}

/** A token to be entered. Times in seconds since 1970. */
export interface NewToken {
  readonly jti: string;
  readonly kid: string;
  readonly accountId: string;
  readonly accountEpoch: number;
  readonly clientId: string;
  readonly clientEpoch: number;
  readonly audience: readonly string[];
  readonly scope: readonly string[] | null;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly address: string;
  readonly agent: string;
}

const FIND_LIVE = prepared(
  'gatehouse-live-token',
  `SELECT tokens.jti, tokens.kind, tokens.kid, extract(epoch FROM tokens.expires_at)::float8 AS "expiresAt",
          accounts.id AS "accountId", accounts.kind AS "accountKind", accounts.username, accounts.name, ${MEMBERSHIPS},
          accounts.must_change_password AS "mustChangePassword",
          clients.client_id AS "clientId", clients.scopes AS "clientScopes",
          tokens.session_id AS "sessionId", tokens.scope, tokens.audience,
          extract(epoch FROM tokens.issued_at)::float8 AS "issuedAt"
     FROM ${TOKENS} WHERE tokens.jti = $1 AND tokens.kind <> 'refresh' AND ${ALIVE}`,
);

const OPEN_SESSION = prepared(
  'gatehouse-open-session',
  `WITH session AS (
     INSERT INTO gatehouse.sessions (account_id, client_id, account_epoch, client_epoch, address, agent, expires_at)
     SELECT accounts.id, clients.client_id, accounts.epoch, clients.epoch, $9, $10, to_timestamp($11)
       FROM gatehouse.accounts, gatehouse.clients, gatehouse.signing_keys
      WHERE accounts.id = $3 AND accounts.epoch = $4 AND accounts.is_active
        AND clients.client_id = $5 AND clients.epoch = $6 AND clients.is_active
        AND signing_keys.kid = $2 AND signing_keys.state = 'active'
     RETURNING id),
   login AS (UPDATE gatehouse.accounts SET last_login_at = now() WHERE id = $3 AND EXISTS (SELECT FROM session)),
   audited AS (
     ${RECORD}
     SELECT 'login.succeeded', accounts.id, accounts.username, 'user', accounts.id::text, accounts.username, $9, $10, $17,
            NULL, jsonb_build_object('clientId', $5, 'sessionId', session.id)
       FROM session, gatehouse.accounts WHERE accounts.id = $3),
   refresh AS (
     INSERT INTO gatehouse.tokens
       (jti, kind, account_id, client_id, session_id, audience, scope, issued_at, expires_at, address, agent, refresh_hash, generation)
     SELECT $14, 'refresh', $3, $5, session.id, $7, $8, to_timestamp($12), to_timestamp($15), $9, $10, $16, 0
       FROM session WHERE $14::uuid IS NOT NULL)
   INSERT INTO gatehouse.tokens
     (jti, kind, kid, account_id, client_id, session_id, audience, scope, issued_at, expires_at, address, agent)
   SELECT $1, 'access', $2, $3, $5, session.id, $7, $8, to_timestamp($12), to_timestamp($13), $9, $10 FROM session
   RETURNING jti`,
);

const ENTER = prepared(
  'gatehouse-enter-token',
  `INSERT INTO gatehouse.tokens
     (jti, kind, kid, account_id, client_id, account_epoch, client_epoch, audience, scope, name, issued_at, expires_at,
      address, agent)
   SELECT $1, $2, $3, accounts.id, clients.client_id, accounts.epoch, clients.epoch, $8, $9, $10, to_timestamp($11),
          to_timestamp($12), $13, $14
     FROM gatehouse.accounts, gatehouse.clients, gatehouse.signing_keys
    WHERE accounts.id = $4 AND accounts.epoch = $5 AND accounts.is_active
      AND clients.client_id = $6 AND clients.epoch = $7 AND clients.is_active
      AND signing_keys.kid = $3 AND signing_keys.state = 'active'
   RETURNING jti`,
);

/** The registry of issued tokens: it decides which are alive. */
@Injectable()
export class TokenRegistry {
  constructor(private readonly database: DataSource) {}

  /**
   * The token, if it is alive: entered and not revoked, its session not ended, issued in the epochs that its account and
   * client still have, both of them active, and its key not revoked. Computed from these at each call, in one join, so
   * that there is no second place that could say otherwise.
   */
  async findLive(jti: string): Promise<LiveToken | undefined> {
    const rows = await this.database.query<LiveToken[]>(FIND_LIVE, [jti]);
    return rows[0];
  }

  /**
   * Opens a session, enters its first tokens and writes the login down in the audit, or does nothing: false when the account or the client was switched off
   * or deleted, or the key put out of use, since they were read.
   *
   * @param sessionEndsAt seconds since 1970, at the latest
   * @param requestId     of the request that logs in
   * @param refresh       left out where the client doesn't get one
   */
  async openSession(
    token: NewToken,
    sessionEndsAt: number,
    requestId: string,
    refresh?: NewRefreshToken,
  ): Promise<boolean> {
    return entered(this.database, OPEN_SESSION, [
      token.jti,
      token.kid,
      token.accountId,
      token.accountEpoch,
      token.clientId,
      token.clientEpoch,
      token.audience,
      token.scope,
      token.address,
      token.agent,
      sessionEndsAt,
      token.issuedAt,
      token.expiresAt,
      refresh?.jti ?? null,
      refresh?.expiresAt ?? null,
      refresh?.hash ?? null,
      requestId,
    ]);
  }

  /**
   * Enters a token that has no session, or doesn't: false when the account or the client was switched off or deleted, or
   * the key put out of use, since they were read.
   *
   * @param name what people call a service token
   */
  async enter(
    token: NewToken,
    kind: 'access' | 'service',
    name: string | null = null,
    manager: Pick<EntityManager, 'query'> = this.database,
  ): Promise<boolean> {
    return entered(manager, ENTER, [
      token.jti,
      kind,
      token.kid,
      token.accountId,
      token.accountEpoch,
      token.clientId,
      token.clientEpoch,
      token.audience,
      token.scope,
      name,
      token.issuedAt,
      token.expiresAt,
      token.address,
      token.agent,
    ]);
  }
}

/** What is deleted while the statement runs is found out by its references alone, and is as good as deleted before. */
async function entered(
  manager: Pick<EntityManager, 'query'>,
  statement: string,
  values: readonly unknown[],
): Promise<boolean> {
  try {
    const rows = await manager.query<unknown[]>(statement, [...values]);
    return rows.length > 0;
  } catch (error) {
    if (refersToDeleted(error)) return false;
    throw error;
  }
}
