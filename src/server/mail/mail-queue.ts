import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Mail } from './mail.js';

/** Takes mails to be sent. */
@Injectable()
export class MailQueue {
  /** In the transaction of what the mail is about: it is sent if that is committed, and not otherwise. */
  async enqueue({ kind, to, accountId, data = {} }: Mail, manager: Pick<EntityManager, 'query'>): Promise<void> {
    await manager.query('INSERT INTO gatehouse.mails (kind, recipient, account_id, data) VALUES ($1, $2, $3, $4)', [
      kind,
      to,
      accountId,
      JSON.stringify(data),
    ]);
  }
}
