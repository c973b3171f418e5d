import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Actor } from '../audit/actor.js';
import { difference } from '../audit/audit-event.js';
import { DomainError } from '../domain-error.js';
import { changedFields } from '../domain-events/changed-fields.js';
import { nameKey } from '../names/name-key.js';
import { Powers } from '../rbac/powers.js';
import { AccountsService } from '../users/accounts.service.js';
import { LOCAL } from '../users/local.js';
import { readOwnAccount, type OwnAccountRow } from '../users/own-account.js';
import { usernameTaken } from '../users/username-taken.js';
import type { UpdateOwnAccountDto } from './own-account-changes.dto.js';
import { lockOwnAccount } from './lock-own-account.js';
import { RecentLogin, recentLoginRequired } from './recent-login.js';
import { requirePerson } from './require-person.js';
import { SelfServiceChanges, type SelfServiceChange } from './self-service-changes.js';

/** Lets people change their own account. */
@Injectable()
export class OwnAccountChanges {
  constructor(
    private readonly database: DataSource,
    private readonly changes: SelfServiceChanges,
    private readonly accounts: AccountsService,
    private readonly recentLogin: RecentLogin,
    private readonly powers: Powers,
  ) {}

  /**
   * Replaces the fields that are named. Another mail address waits until it is verified; whether somebody else has it isn't
   * told, but by mail to them.
   *
   * @throws DomainError `conflict` for a user name that is taken, and for what another source keeps;
   *   `recent-login-required`; `invalid` for a wrong password; `forbidden` for a service account
   */
  async update(actor: Actor, { currentPassword, email, ...fields }: UpdateOwnAccountDto): Promise<void> {
    const principal = requirePerson(actor);
    const { id } = principal;
    const isProven = await this.prove(actor, { email, currentPassword });
    await this.changes.run(actor, async (change) => {
      const { manager, record, publish } = change;
      await lockOwnAccount(actor, manager);
      const before = await readOwnAccount(id, manager);
      requireOwnFields(before, { ...fields, email });
      if (fields.username !== undefined) this.requireFree(fields.username, before);
      await this.accounts.update(id, fields, manager);
      if (email !== undefined) await this.askFor(email, before, isProven, change);
      const after = await readOwnAccount(id, manager);
      const { before: were, after: are } = difference(
        { ...before, updatedAt: undefined },
        { ...after, updatedAt: undefined },
      );
      if (Object.keys(are).length === 0) return;
      const target = { type: 'user', id, name: after.username } as const;
      await record({ kind: 'user.updated', target, before: were, after: are });
      const changed = changedFields(are);
      if (changed.length > 0) publish({ type: 'UserUpdated', account: after, changed });
    });
  }

  /**
   * Whoever can change the mail address can get at everything else by a link. To stay with the present one needs no proof.
   *
   * @returns whether there was one
   */
  private async prove(
    actor: Actor,
    { email, currentPassword }: Pick<UpdateOwnAccountDto, 'email' | 'currentPassword'>,
  ): Promise<boolean> {
    if (email === undefined && currentPassword === undefined) return false;
    const present = await readOwnAccount(actor.principal!.id, this.database.manager);
    if (currentPassword === undefined && email === present.email) return false;
    await this.recentLogin.require(actor, currentPassword);
    return true;
  }

  private requireFree(username: string, { username: present }: OwnAccountRow): void {
    if (nameKey(username) === nameKey(present) || !this.powers.isAskedFor(username)) return;
    throw usernameTaken();
  }

  private async askFor(
    email: string,
    before: OwnAccountRow,
    isProven: boolean,
    { manager, mail }: SelfServiceChange,
  ): Promise<void> {
    const { id } = before;
    const pending = email === before.email ? null : email;
    // The address has changed since it was looked whether a proof is needed.
    if (pending !== null && !isProven) throw recentLoginRequired();
    await manager.query('UPDATE gatehouse.accounts SET pending_email = $2, updated_at = now() WHERE id = $1', [
      id,
      pending,
    ]);
    if (pending === null) return;
    const owner = await findOther(id, email, manager);
    if (owner) await mail({ kind: 'already-registered', to: owner.email, accountId: owner.id });
    else await mail({ kind: 'verify-email', to: email, accountId: id });
    if (before.email && before.pendingEmail !== email) {
      const told = { kind: 'email-change-requested', to: before.email, accountId: id } as const;
      // To one that nobody has shown to be theirs, no words of whoever asks.
      await mail(before.isVerified ? { ...told, data: { newEmail: email } } : told);
    }
  }
}

/** Another source keeps these at each login; what is changed here would be overwritten. */
function requireOwnFields({ source, ...present }: OwnAccountRow, wanted: UpdateOwnAccountDto): void {
  const kept = (['username', 'name', 'email'] as const).find(
    (field) => wanted[field] !== undefined && wanted[field] !== present[field],
  );
  if (source === LOCAL || kept === undefined) return;
  const message = `The account comes from ${source}. Change it there.`;
  throw new DomainError('conflict', message, { errors: [{ path: kept, message }] });
}

async function findOther(
  id: string,
  email: string,
  manager: EntityManager,
): Promise<{ readonly id: string; readonly email: string } | undefined> {
  const [other] = await manager.query<{ id: string; email: string }[]>(
    'SELECT id, email FROM gatehouse.accounts WHERE email_key = $1 AND id <> $2',
    [nameKey(email), id],
  );
  return other;
}
