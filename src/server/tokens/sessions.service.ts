import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Principal } from '../../policy/index.js';
import type { Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { DomainError } from '../domain-error.js';
import { readPage, type Page, type PageQuery } from '../http/page.js';
import { AdministrativeChanges } from '../rbac/administrative-changes.js';
import type { SessionDto } from './session.dto.js';

/** Sessions that can still be used: a session without a living token is only a memory. */
const LIVE_SESSIONS = `gatehouse.sessions
  JOIN gatehouse.accounts ON accounts.id = sessions.account_id AND accounts.epoch = sessions.account_epoch
  JOIN gatehouse.clients ON clients.client_id = sessions.client_id AND clients.epoch = sessions.client_epoch AND clients.is_active`;
const HAS_LIVING_TOKEN = `EXISTS (
  SELECT FROM gatehouse.tokens
   WHERE session_id = sessions.id AND revoked_at IS NULL AND superseded_at IS NULL AND tokens.expires_at > now())`;

/** Lists logins and ends them. When a call that ends some returns, their tokens are dead here, and soon everywhere. */
@Injectable()
export class Sessions {
  constructor(
    private readonly database: DataSource,
    private readonly changes: AdministrativeChanges,
    private readonly feed: ChangeFeed,
    private readonly audit: Audit,
  ) {}

  /** The caller's own logins. */
  list({ id, token }: Principal, page: PageQuery): Promise<Page<SessionDto>> {
    return readPage<SessionDto>(
      this.database,
      {
        select: `sessions.id, sessions.client_id AS "clientId", sessions.address, sessions.agent,
          sessions.created_at AS "createdAt", sessions.last_used_at AS "lastUsedAt",
          sessions.id IS NOT DISTINCT FROM $2::uuid AS current`,
        from: LIVE_SESSIONS,
        where: ['sessions.account_id = $1', 'sessions.ended_at IS NULL', HAS_LIVING_TOKEN],
        values: [id, token?.sessionId ?? null],
        sorts: { createdAt: { sql: 'sessions.created_at', type: 'timestamptz' } },
        id: 'sessions.id',
      },
      page,
    );
  }

  /** Ends a login of one's own. @throws DomainError `not-found` when there is no such one, ended or not */
  async end(actor: Actor, sessionId: string): Promise<void> {
    const { id: accountId, username } = actor.principal!;
    await this.database.transaction(async (manager) => {
      const [found] = await manager.query<{ clientId: string; living: boolean }[]>(
        `SELECT client_id AS "clientId", ended_at IS NULL AS living FROM gatehouse.sessions
          WHERE id = $1 AND account_id = $2 FOR UPDATE`,
        [sessionId, accountId],
      );
      if (!found) throw new DomainError('not-found', 'There is no login of yours with this id.');
      if (!found.living) return;
      await manager.query('UPDATE gatehouse.sessions SET ended_at = now() WHERE id = $1', [sessionId]);
      const target = { type: 'session', id: sessionId, name: username } as const;
      await this.audit.record(
        { kind: 'session.ended', target, before: { clientId: found.clientId, accountId } },
        actor,
        manager,
      );
    });
    await this.feed.catchUp();
  }

  /**
   * Ends all logins of the caller but the one of this request. The account's epoch moves, so that logins die too whose
   * password was checked before this and that are entered after it; the kept session goes along with it, in the same
   * transaction. A caller without a session is a service account, which has none.
   */
  async endOthers(actor: Actor): Promise<void> {
    const { id: accountId, username, token } = actor.principal!;
    const kept = token?.sessionId;
    if (!kept) return;
    await this.database.transaction(async (manager) => {
      await manager.query('SELECT FROM gatehouse.sessions WHERE id = $1 FOR UPDATE', [kept]);
      // A second statement, so that a session that was ended while the lock was waited for ends nobody else's.
      const [, moved] = await manager.query<[unknown[], number]>(
        `WITH account AS (
           UPDATE gatehouse.accounts SET epoch = accounts.epoch + 1 FROM gatehouse.sessions
            WHERE accounts.id = $1 AND sessions.id = $2 AND sessions.account_id = $1
              AND sessions.account_epoch = accounts.epoch AND sessions.ended_at IS NULL
           RETURNING accounts.epoch)
         UPDATE gatehouse.sessions SET account_epoch = account.epoch FROM account WHERE sessions.id = $2`,
        [accountId, kept],
      );
      if (moved === 0) return;
      const target = { type: 'user', id: accountId, name: username } as const;
      await this.audit.record({ kind: 'user.other-sessions-ended', target, after: { kept } }, actor, manager);
    });
    await this.feed.catchUp();
  }

  /**
   * Ends all logins of somebody, and those that are just being made.
   *
   * @throws DomainError `not-found`; `forbidden` when the account holds what isn't in force for the actor
   */
  async endAllOf(accountId: string, actor: Actor): Promise<void> {
    await this.changes.run(actor, async ({ manager, touch, record }) => {
      await touch({ type: 'account', id: accountId });
      const [[ended]] = await manager.query<[[{ username: string }?], number]>(
        `UPDATE gatehouse.accounts SET epoch = epoch + 1 WHERE id = $1 AND kind = 'user' RETURNING username`,
        [accountId],
      );
      if (!ended) throw new DomainError('not-found', 'There is no person’s account with this id.');
      await record({ kind: 'user.sessions-ended', target: { type: 'user', id: accountId, name: ended.username } });
    });
  }
}
