import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { afterCommit } from '../database/after-commit.js';
import { DomainError } from '../domain-error.js';
import { nameKey } from '../names/name-key.js';
import type { Mail } from './mail.js';
import { MailDelivery } from './mail-delivery.js';

/** With a part before the @ that may be quoted (RFC 5321 §4.1.2). */
const ONE_ADDRESS =
  /^(?:"(?:[^"\\\p{Cc}\p{Zl}\p{Zp}]|\\[^\p{Cc}\p{Zl}\p{Zp}])+"|[^\s"(),:;<>@[\]\\\p{Cc}]+)@[^\s"(),:;<>@[\]\\\p{Cc}]+$/u;

/** So many mails of one kind get to one address within an hour: somebody else may have asked for them. */
const MOST_AN_HOUR = 5;

// Counted first, under the lock of the row. The array holds the last ones, so its first is the one that must be old.
const ENQUEUE = `
  WITH counted AS (
    INSERT INTO gatehouse.mail_counts AS counts (kind, recipient_key) VALUES ($1, $2)
    ON CONFLICT (kind, recipient_key) DO UPDATE
       SET enqueued_at = (counts.enqueued_at || now())[greatest(1, cardinality(counts.enqueued_at) - ${MOST_AN_HOUR - 2}):]
     WHERE cardinality(counts.enqueued_at) < ${MOST_AN_HOUR} OR counts.enqueued_at[1] <= now() - interval '1 hour'
    RETURNING kind)
  INSERT INTO gatehouse.mails (kind, recipient, account_id, data) SELECT kind, $3, $4, $5 FROM counted RETURNING id`;

/** Takes mails to be sent. */
@Injectable()
export class MailQueue {
  private readonly wake = (): void => this.delivery.wake();

  constructor(@Inject(MailDelivery) private readonly delivery: Pick<MailDelivery, 'wake'>) {}

  /**
   * In the transaction of what the mail is about: it is sent if that is committed, and not otherwise. The sixth mail of a
   * kind to an address within an hour is left out, of which nobody outside is told.
   *
   * @returns whether it was taken
   * @throws DomainError `invalid` for what isn't one address, and might be read as several, or as lines of the mail
   */
  async enqueue({ kind, to, accountId, data = {} }: Mail, manager: Pick<EntityManager, 'query'>): Promise<boolean> {
    if (!ONE_ADDRESS.test(to)) throw new DomainError('invalid', 'A mail can’t be sent to what isn’t one mail address.');
    const values = [kind, nameKey(to), to, accountId, JSON.stringify(data)];
    const taken = await manager.query<unknown[]>(ENQUEUE, values);
    afterCommit(manager, this.wake);
    return taken.length > 0;
  }
}
