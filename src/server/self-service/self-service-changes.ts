import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Actor } from '../audit/actor.js';
import type { AuditEvent } from '../audit/audit-event.js';
import { Audit } from '../audit/audit.js';
import { ChangeFeed } from '../changes/change-feed.js';
import type { Happening } from '../domain-events/domain-event.js';
import { DomainEvents } from '../domain-events/domain-events.js';
import { MailQueue } from '../mail/mail-queue.js';
import type { Mail } from '../mail/mail.js';

/** What is under way in the transaction of something that people do to an account of their own. */
export interface SelfServiceChange {
  readonly manager: EntityManager;
  /** Writes an audit event, in the transaction. */
  readonly record: (event: AuditEvent) => Promise<void>;
  /** Sends a mail, if the transaction is committed; false where there were too many. */
  readonly mail: (mail: Mail) => Promise<boolean>;
  /** Tells modules, after the commit. */
  readonly publish: (event: Happening) => void;
}

/** Nobody is logged in where an account is made, or a link is used. */
export type SelfServiceActor = Omit<Actor, 'principal'> & Partial<Pick<Actor, 'principal'>>;

/**
 * What people do to accounts of their own, in one transaction each: the change, its trace in the audit, and the mails about
 * it stand or fall together. What somebody else does to an account is an administrative change.
 */
@Injectable()
export class SelfServiceChanges {
  constructor(
    private readonly database: DataSource,
    private readonly audit: Audit,
    private readonly mails: MailQueue,
    private readonly feed: ChangeFeed,
    private readonly events: DomainEvents,
  ) {}

  /** Answers when it is in force here. */
  async run<Result>(actor: SelfServiceActor, how: (change: SelfServiceChange) => Promise<Result>): Promise<Result> {
    const told: Happening[] = [];
    const result = await this.database.transaction((manager) =>
      how({
        manager,
        record: (event) => this.audit.record(event, { principal: null, ...actor }, manager),
        mail: (mail) => this.mails.enqueue(mail, manager),
        publish: (event) => void told.push(event),
      }),
    );
    await this.feed.catchUp();
    for (const event of told) this.events.publish(event);
    return result;
  }
}
