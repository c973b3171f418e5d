import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { PageQueryDto } from '../http/page.dto.js';
import { containing, readPage, type Page } from '../http/page.js';
import type { MailKind } from './mail.js';

/** A mail that this instance is sending. */
export interface ClaimedMail {
  readonly id: string;
  readonly kind: MailKind;
  readonly to: string;
  readonly accountId: string | null;
  readonly data: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  /** The how-manieth attempt this is. */
  readonly attempts: number;
}

/** A mail in the queue, for the operator. */
export interface ListedMail {
  readonly id: string;
  readonly kind: MailKind;
  readonly to: string;
  readonly accountId: string | null;
  readonly state: 'waiting' | 'being sent' | 'given up';
  readonly attempts: number;
  readonly createdAt: Date;
  readonly dueAt: Date;
  readonly givenUpAt: Date | null;
  readonly lastError: string | null;
}

const IS_CLAIMED = 'claimed_until IS NOT NULL AND claimed_until > now()';

// The claim is committed at once, so that no transaction is open while a mail server is talked to.
const CLAIM = `
  WITH claimed AS (
    UPDATE gatehouse.mails SET claimed_until = now() + make_interval(secs => $1), attempts = attempts + 1
     WHERE id = (SELECT id FROM gatehouse.mails
                  WHERE given_up_at IS NULL AND due_at <= now() AND NOT (${IS_CLAIMED})
                  ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING *)
  SELECT id, kind, recipient AS "to", account_id AS "accountId", data, created_at AS "createdAt", attempts FROM claimed`;

// Only as long as nobody else has taken it over.
const IS_MINE = 'id = $1 AND attempts = $2';

const RETRY = `
  WITH retried AS (
    UPDATE gatehouse.mails SET due_at = now(), given_up_at = NULL WHERE ($1::uuid IS NULL OR id = $1) AND NOT (${IS_CLAIMED})
    RETURNING id)
  SELECT count(*)::int AS count FROM retried`;

/** The mails in the database: those that wait, and those that nobody tries to send any more. */
@Injectable()
export class StoredMails {
  constructor(private readonly database: DataSource) {}

  /** The one that is due longest; nobody else gets it for so many seconds. */
  async claim(seconds: number): Promise<ClaimedMail | undefined> {
    const [mail] = await this.database.query<ClaimedMail[]>(CLAIM, [seconds]);
    return mail;
  }

  /** It stays with who has it for so many seconds from now. */
  async renew({ id, attempts }: ClaimedMail, seconds: number): Promise<void> {
    await this.database.query(
      `UPDATE gatehouse.mails SET claimed_until = now() + make_interval(secs => $3) WHERE ${IS_MINE} AND claimed_until IS NOT NULL`,
      [id, attempts, seconds],
    );
  }

  /** It was handed over, or is about nothing any more. */
  async remove({ id }: Pick<ClaimedMail, 'id'>): Promise<void> {
    await this.database.query('DELETE FROM gatehouse.mails WHERE id = $1', [id]);
  }

  /** It is tried again after so many seconds. */
  async postpone({ id, attempts }: ClaimedMail, seconds: number, error: string): Promise<void> {
    await this.database.query(
      `UPDATE gatehouse.mails SET due_at = now() + make_interval(secs => $3), claimed_until = NULL, last_error = $4 WHERE ${IS_MINE}`,
      [id, attempts, seconds, error],
    );
  }

  /** Nobody tries any more, unless told to. */
  async giveUp({ id, attempts }: ClaimedMail, error: string): Promise<void> {
    await this.database.query(
      `UPDATE gatehouse.mails SET given_up_at = now(), claimed_until = NULL, last_error = $3 WHERE ${IS_MINE}`,
      [id, attempts, error],
    );
  }

  /** Makes one due, or all; those that are being sent are left. Answers how many. */
  async retry(id?: string): Promise<number> {
    const [{ count }] = await this.database.query<[{ count: number }]>(RETRY, [id ?? null]);
    return count;
  }

  async count(): Promise<{ readonly waiting: number; readonly givenUp: number }> {
    const [counts] = await this.database.query<[{ waiting: number; givenUp: number }]>(
      `SELECT count(*) FILTER (WHERE given_up_at IS NULL)::int AS waiting,
              count(*) FILTER (WHERE given_up_at IS NOT NULL)::int AS "givenUp" FROM gatehouse.mails`,
    );
    return counts;
  }

  /** A part of them, newest first. What their templates show isn't in it. */
  list({ limit, cursor, q }: PageQueryDto): Promise<Page<ListedMail>> {
    return readPage<ListedMail>(
      this.database,
      {
        select: `id, kind, recipient AS "to", account_id AS "accountId",
          CASE WHEN given_up_at IS NOT NULL THEN 'given up' WHEN ${IS_CLAIMED} THEN 'being sent' ELSE 'waiting' END AS state,
          attempts, created_at AS "createdAt", due_at AS "dueAt", given_up_at AS "givenUpAt", last_error AS "lastError"`,
        from: 'gatehouse.mails',
        where: q ? ['recipient ILIKE $1 OR kind ILIKE $1 OR last_error ILIKE $1'] : [],
        values: q ? [containing(q)] : [],
        sorts: { createdAt: { sql: 'created_at', type: 'timestamptz' } },
        id: 'id',
      },
      { limit, cursor, sort: '-createdAt' },
    );
  }
}
