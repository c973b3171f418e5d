import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { EventAccount } from '../domain-events/domain-event.js';
import { nameKey } from '../names/name-key.js';
import { setGrants } from '../rbac/account-grants-change.js';
import { Powers } from '../rbac/powers.js';
import { AccountsService } from '../users/accounts.service.js';
import { usernameTaken } from '../users/username-taken.js';
import { proposedUsernames } from './proposed-usernames.js';
import type { RegisterDto } from './registration.dto.js';
import { RegistrationGroups } from './registration-groups.js';
import { SelfServiceChanges, type SelfServiceActor } from './self-service-changes.js';

/** Somebody who registers. */
export type Registrant = Omit<RegisterDto, 'password'> & { readonly passwordHash: string };

/** Makes the accounts of those who register, or tells by mail why none was made. */
@Injectable()
export class NewRegistrations {
  constructor(
    private readonly changes: SelfServiceChanges,
    private readonly accounts: AccountsService,
    private readonly groups: RegistrationGroups,
    private readonly powers: Powers,
  ) {}

  /** @throws DomainError `conflict`, naming the field, for a user name or mail address that is taken */
  make({ username: wanted, ...person }: Registrant, origin: SelfServiceActor): Promise<EventAccount> {
    return this.changes.run(origin, async ({ manager, record, mail, publish }) => {
      const username = wanted ?? (await this.proposed(person.email, manager));
      if (this.powers.isAskedFor(username)) throw usernameTaken();
      const id = await this.accounts.create({ ...person, username }, manager);
      const groupIds = await this.groups.ids(manager);
      await setGrants(id, { groupIds, roleIds: undefined }, manager);
      const account = { id, username, email: person.email };
      const after = { username, email: person.email, name: person.name ?? '' };
      await record({ kind: 'user.registered', target: { type: 'user', id, name: username }, after });
      await mail({ kind: 'verify-email', to: person.email, accountId: id });
      publish({ type: 'UserRegistered', account });
      return account;
    });
  }

  /**
   * Tells whom it concerns that nothing was made: whose mail address it is, that there is an account already; else whoever
   * registers, that somebody has the user name. In about the time that {@link make} takes.
   *
   * @returns false when neither is taken any more
   */
  refuse({ username, email }: Registrant, origin: SelfServiceActor): Promise<boolean> {
    return this.changes.run(origin, async ({ manager, record, mail }) => {
      const [owner] = await manager.query<{ id: string; username: string; email: string }[]>(
        `SELECT id, username, email FROM gatehouse.accounts WHERE email_key = $1`,
        [nameKey(email)],
      );
      if (owner) {
        await mail({ kind: 'already-registered', to: owner.email, accountId: owner.id });
        const target = { type: 'user', id: owner.id, name: owner.username } as const;
        await record({ kind: 'user.registration-refused', target, after: { reason: 'email-taken' } });
        return true;
      }
      if (username === undefined || !(await this.isTaken(username, manager))) return false;
      await mail({ kind: 'username-taken', to: email, accountId: null, data: { username } });
      const after = { reason: 'username-taken', username };
      await record({ kind: 'user.registration-refused', target: null, after });
      return true;
    });
  }

  private async isTaken(username: string, manager: EntityManager): Promise<boolean> {
    return this.powers.isAskedFor(username) || (await this.takenOf([username], manager)).size > 0;
  }

  /** A user name that nobody has, at the moment. */
  private async proposed(email: string, manager: EntityManager): Promise<string> {
    const names = proposedUsernames(email);
    const taken = await this.takenOf(names, manager);
    return names.find((name) => !taken.has(nameKey(name)) && !this.powers.isAskedFor(name)) ?? names.at(-1)!;
  }

  private async takenOf(names: readonly string[], manager: EntityManager): Promise<ReadonlySet<string>> {
    const rows = await manager.query<{ key: string }[]>(
      'SELECT username_key AS key FROM gatehouse.accounts WHERE username_key = ANY ($1)',
      [names.map(nameKey)],
    );
    return new Set(rows.map(({ key }) => key));
  }
}
