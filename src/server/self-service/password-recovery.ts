import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AccountLinks } from '../account-links/account-links.js';
import { Guessing } from '../guessing/guessing.js';
import type { PasswordOwner } from '../passwords/made-of.js';
import { PasswordRules } from '../passwords/password-rules.js';
import { readAccount } from '../users/account-view.js';
import { AccountsService } from '../users/accounts.service.js';
import { LOCAL } from '../users/local.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { badLink } from './bad-link.js';
import { RequestedMails } from './requested-mails.js';
import { SelfServiceChanges, type SelfServiceActor } from './self-service-changes.js';

/** Lets people who have forgotten their password choose another one, by a link that is mailed to them. */
@Injectable()
export class PasswordRecovery {
  constructor(
    private readonly database: DataSource,
    private readonly requests: RequestedMails,
    private readonly changes: SelfServiceChanges,
    private readonly links: AccountLinks,
    private readonly accounts: AccountsService,
    private readonly passwords: PasswordRules,
    private readonly hasher: PasswordHasher,
    private readonly guessing: Guessing,
  ) {}

  /**
   * Mails a link to whoever is called so, by user name or mail address, if their password is kept here. Who asks can't tell.
   */
  request(name: string, origin: SelfServiceActor): Promise<void> {
    return this.requests.send(
      {
        kind: 'reset-password',
        audited: 'user.password-reset-requested',
        name,
        isFor: ({ isActive, source }) => isActive && source === LOCAL,
      },
      origin,
      ({ id, username, email }, { publish }) =>
        publish({ type: 'PasswordResetRequested', account: { id, username, email } }),
    );
  }

  /**
   * Sets the password by a link. All logins end, and wrong passwords are forgotten. The link has shown that the mail address is theirs, too.
   *
   * @throws DomainError `invalid` for a link that isn't good, and a password that is too easy; `overloaded`
   */
  async reset(token: string, password: string, origin: SelfServiceActor): Promise<void> {
    // Hashing is slow, so it is done before the account is locked, and not at all for a link that isn't good.
    await this.passwords.require(password, await this.ownerOf(token), 'password');
    const passwordHash = await this.hasher.hash(password);
    await this.changes.run(origin, async ({ manager, record, mail, publish }) => {
      const owner = await this.links.use('reset-password', token, manager);
      if (!owner) throw badLink();
      const { id, email } = owner;
      const { username, isVerified } = (await readAccount(id, 'user', manager))!;
      const account = { id, username, email };
      await this.accounts.update(id, { passwordHash, mustChangePassword: false, isVerified: true }, manager);
      await this.guessing.forget(id, origin.address, manager);
      await record({
        kind: 'user.password-reset',
        target: { type: 'user', id, name: username },
        before: { isVerified },
        after: { isVerified: true, passwordChanged: true },
      });
      await mail({ kind: 'password-changed', to: email, accountId: id });
      publish({ type: 'PasswordReset', account });
      if (!isVerified) publish({ type: 'UserVerified', account });
    });
  }

  private async ownerOf(token: string): Promise<PasswordOwner> {
    const { manager } = this.database;
    const owner = await this.links.whose('reset-password', token, manager);
    const account = owner && (await readAccount(owner.id, 'user', manager));
    if (!account) throw badLink();
    return account;
  }
}
