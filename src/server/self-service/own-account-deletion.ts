import { Injectable } from '@nestjs/common';
import type { Actor } from '../audit/actor.js';
import { DomainEvents } from '../domain-events/domain-events.js';
import { AdministrativeChanges } from '../rbac/administrative-changes.js';
import { readAccount } from '../users/account-view.js';
import { loginEnded } from '../users/login-ended.js';
import { lockOwnAccount } from './lock-own-account.js';
import { RecentLogin } from './recent-login.js';
import { requirePerson } from './require-person.js';

/** Lets people delete their own account. */
@Injectable()
export class OwnAccountDeletion {
  constructor(
    private readonly changes: AdministrativeChanges,
    private readonly recentLogin: RecentLogin,
    private readonly events: DomainEvents,
  ) {}

  /**
   * Deletes the account with its logins and tokens. Whatever it holds: everybody may give up what they have, but for the last
   * administrator.
   *
   * @throws DomainError `recent-login-required`; `conflict` for the last administrator; `forbidden` for a service account
   */
  async delete(actor: Actor): Promise<void> {
    const principal = requirePerson(actor);
    await this.recentLogin.require(actor, undefined);
    const { id } = principal;
    const deleted = await this.changes.run(actor, async ({ manager, record }) => {
      // A refresh locks its session first, and by its new token the account then: the other way round is a deadlock.
      await manager.query('SELECT FROM gatehouse.sessions WHERE account_id = $1 ORDER BY id FOR UPDATE', [id]);
      await lockOwnAccount(actor, manager);
      const account = await readAccount(id, 'user', manager);
      if (!account) throw loginEnded();
      await manager.query('DELETE FROM gatehouse.accounts WHERE id = $1', [id]);
      await record({ kind: 'user.deleted', target: { type: 'user', id, name: account.username }, before: account });
      return account;
    });
    this.events.publish({ type: 'UserDeleted', account: deleted });
  }
}
