import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Origin } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import type { AuditTarget } from '../audit/audit-event.js';
import { MailQueue } from '../mail/mail-queue.js';
import type { Place, Scope } from './guess-counts.js';

interface AttackedAccount {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
}

// At most one a day to each, whoever of the instances sends it.
const TELL_ONCE_A_DAY = `
  INSERT INTO gatehouse.told_of_attack AS told (account_id) VALUES ($1)
  ON CONFLICT (account_id) DO UPDATE SET told_at = now() WHERE told.told_at <= now() - interval '1 day'
  RETURNING account_id`;

/**
 * Tells that somebody has to wait, since there were too many wrong passwords: the audit each time that it begins, and the
 * owner of the account by mail when it is from many places. Beside the login that it was: nobody can tell by its time
 * whether there was somebody to tell.
 */
@Injectable()
export class BlockedLogins implements BeforeApplicationShutdown {
  private readonly logger = new Logger(BlockedLogins.name);
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    private readonly database: DataSource,
    private readonly audit: Audit,
    private readonly mails: MailQueue,
  ) {}

  /** Goes on without being waited for. */
  tell(scopes: readonly Scope[], place: Place, origin: Origin): void {
    const telling = this.write(scopes, place, origin)
      .catch((error: unknown) => this.logger.warn(`That logins are blocked was not written down: ${String(error)}`))
      .finally(() => this.underWay.delete(telling));
    this.underWay.add(telling);
  }

  /** While the database is still open. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.underWay);
  }

  private async write(scopes: readonly Scope[], { target, account }: Place, origin: Origin): Promise<void> {
    await this.database.transaction(async (manager) => {
      const owner = account === target.tag ? undefined : await findAccount(account, manager);
      for (const scope of scopes) {
        const after = {
          scope,
          ...(scope !== 'name' && { network: target.network }),
          ...(scope !== 'network' && !owner && { nameTag: target.tag }),
        };
        const whom: AuditTarget | null =
          owner && scope !== 'network' ? { type: 'user', id: owner.id, name: owner.username } : null;
        const { address, agent, requestId } = origin;
        await this.audit.record(
          { kind: 'login.blocked', target: whom, after },
          { principal: null, address, agent, requestId },
          manager,
        );
      }
      if (owner && scopes.includes('name')) await this.mail(owner, origin.address, manager);
    });
  }

  private async mail({ id, email }: AttackedAccount, address: string | null, manager: EntityManager): Promise<void> {
    if (email === null) return;
    const [told] = await manager.query<unknown[]>(TELL_ONCE_A_DAY, [id]);
    if (!told) return;
    await this.mails.enqueue(
      { kind: 'login-attack', to: email, accountId: id, data: { ...(address !== null && { address }) } },
      manager,
    );
  }
}

async function findAccount(id: string, manager: EntityManager): Promise<AttackedAccount | undefined> {
  const [account] = await manager.query<AttackedAccount[]>(
    'SELECT id, username, email FROM gatehouse.accounts WHERE id = $1',
    [id],
  );
  return account;
}
