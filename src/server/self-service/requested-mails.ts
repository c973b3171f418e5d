import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { EventAccount } from '../domain-events/domain-event.js';
import { nameKey } from '../names/name-key.js';
import { SelfServiceChanges, type SelfServiceActor, type SelfServiceChange } from './self-service-changes.js';

/** An account, as far as it decides whether it gets the mail. */
export interface AddressedAccount extends EventAccount {
  readonly isActive: boolean;
  readonly isVerified: boolean;
  readonly pendingEmail: string | null;
  readonly source: string;
}

/** A mail that anybody may ask for, for anybody. */
export interface RequestedMail {
  readonly kind: 'verify-email' | 'reset-password';
  /** What the audit calls it. */
  readonly audited: `user.${string}`;
  /** The user name or mail address that was typed, in any spelling that means the same. */
  readonly name: string;
  /** Whether the account gets it. */
  readonly isFor: (account: AddressedAccount) => boolean;
}

/**
 * Milliseconds that every answer takes. The same statements take nearly the same time, which is a few milliseconds: what is
 * left of a difference disappears in this, as long as the service isn't so busy that they take longer.
 */
const ANSWERED_AFTER = 100;

/**
 * Stands in for the address where there is no account; nothing is ever sent there (RFC 2606). One for each name, so that
 * requests for one name wait for each other, in the count of mails, just as those for a real address do.
 */
function nobodyFor(name: string): string {
  return `${createHash('sha256').update(nameKey(name)).digest('hex').slice(0, 32)}@example.invalid`;
}

const FIND = `SELECT id, username, email, is_active AS "isActive", is_verified AS "isVerified", source,
    pending_email AS "pendingEmail"
  FROM gatehouse.accounts WHERE (username_key = $1 OR email_key = $1) AND kind = 'user'`;

/**
 * Sends mails that anybody may ask for, without telling who has an account: the same statements run whether somebody gets
 * the mail or not, what they wrote is taken back where nobody does, and the answer waits until the same time has passed.
 */
@Injectable()
export class RequestedMails {
  constructor(private readonly changes: SelfServiceChanges) {}

  /** @param sent in the transaction, when somebody gets it */
  async send(
    request: RequestedMail,
    origin: SelfServiceActor,
    sent?: (account: AddressedAccount, change: SelfServiceChange) => void,
  ): Promise<void> {
    await Promise.all([this.enqueue(request, origin, sent), delay(ANSWERED_AFTER)]);
  }

  private enqueue(
    { kind, audited, name, isFor }: RequestedMail,
    origin: SelfServiceActor,
    sent: ((account: AddressedAccount, change: SelfServiceChange) => void) | undefined,
  ): Promise<void> {
    return this.changes.run(origin, async (change) => {
      const { manager, mail, record } = change;
      const [found] = await manager.query<AddressedAccount[]>(FIND, [nameKey(name)]);
      const account = found?.email && isFor(found) ? found : undefined;
      // A transaction that has written anything waits for the disk at its end, whether that was taken back or not.
      await manager.query('SAVEPOINT requested');
      const isTaken = await mail({ kind, to: account?.email ?? nobodyFor(name), accountId: account?.id ?? null });
      const target = account ? ({ type: 'user', id: account.id, name: account.username } as const) : null;
      await record({ kind: audited, target });
      // What sends no mail leaves no trace: otherwise anybody could fill the audit.
      const isSent = account !== undefined && isTaken;
      await manager.query(isSent ? 'RELEASE SAVEPOINT requested' : 'ROLLBACK TO SAVEPOINT requested');
      if (isSent) sent?.(account, change);
    });
  }
}
