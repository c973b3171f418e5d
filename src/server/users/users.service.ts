import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Actor } from '../audit/actor.js';
import { difference } from '../audit/audit-event.js';
import { DomainError } from '../domain-error.js';
import { changedFields } from '../domain-events/changed-fields.js';
import { DomainEvents } from '../domain-events/domain-events.js';
import { requireMatch } from '../http/etag.js';
import type { Page } from '../http/page.js';
import { notSetHere } from '../passwords/not-set-here.js';
import { findGrants, setGrants } from '../rbac/account-grants-change.js';
import { AdministrativeChanges } from '../rbac/administrative-changes.js';
import { AccountDto, ListedAccountDto } from './account.dto.js';
import { readAccounts } from './account-list.js';
import { accountTag, AccountViews, readAccount } from './account-view.js';
import { AccountsService } from './accounts.service.js';
import { AdministrativeMails } from './administrative-mails.js';
import { GivenPasswords, type GivenPassword } from './given-passwords.js';
import { LOCAL } from './local.js';
import { CreateUserDto, UpdateUserDto, UsersQueryDto } from './user.dto.js';

/** Makes people's accounts and changes them, within the rights of the actor. */
@Injectable()
export class UsersService {
  constructor(
    private readonly database: DataSource,
    private readonly changes: AdministrativeChanges,
    private readonly accounts: AccountsService,
    private readonly passwords: GivenPasswords,
    private readonly views: AccountViews,
    private readonly mails: AdministrativeMails,
    private readonly events: DomainEvents,
  ) {}

  /** A part of the list. */
  list({ group, role, isActive, q, ...page }: UsersQueryDto): Promise<Page<ListedAccountDto>> {
    const filter = { kind: 'user', group, role, q, isActive: isActive && isActive === 'true' } as const;
    return readAccounts(this.database, filter, page);
  }

  /** @throws DomainError `not-found` */
  async get(id: string): Promise<AccountDto> {
    return this.views.complete(await read(id, this.database.manager));
  }

  /**
   * Makes an account. Without a password the person is mailed a link to set one, if the account is active.
   *
   * @throws DomainError `invalid` for a password that is easily guessed, `conflict` for a name or mail address that is
   *   taken, `unprocessable` for groups and roles that there aren't, `forbidden`, `overloaded`
   */
  async create({ groups = [], roles = [], password, ...fields }: CreateUserDto, actor: Actor): Promise<AccountDto> {
    const secret = password === undefined ? undefined : await this.passwords.prepare(password, fields);
    const made = await this.changes.run(actor, async (change) => {
      const { manager } = change;
      const wanted = await findGrants({ groups, roles }, manager);
      const id = await this.accounts.create({ ...fields, ...secret }, manager);
      change.make({ type: 'account', id });
      await setGrants(id, wanted, manager);
      const after = await read(id, manager);
      await change.record({ kind: 'user.created', target: target(after), after: said(after, secret) });
      await this.mails.tellCreated(after, secret !== undefined, manager);
      return after;
    });
    this.events.publish({ type: 'UserCreated', account: made });
    return this.views.complete(made);
  }

  /**
   * Replaces the fields that are named. Another password ends all logins and forgets the wrong ones that were tried;
   * switching off ends all logins, too. Another mail address is unverified, unless it is said to be verified.
   *
   * @param ifMatch the tag that the account must have
   * @throws DomainError as {@link create}, and `not-found`, `precondition-failed`
   */
  async update(
    id: string,
    { groups, roles, password, ...fields }: UpdateUserDto,
    actor: Actor,
    ifMatch?: string,
  ): Promise<AccountDto> {
    const secret =
      password === undefined
        ? undefined
        : await this.passwords.prepare(password, Object.assign({}, await read(id, this.database.manager), fields));
    const { account, changed } = await this.changes.run(actor, async (change) => {
      const { manager } = change;
      await manager.query('SELECT FROM gatehouse.accounts WHERE id = $1 FOR UPDATE', [id]);
      const before = await read(id, manager);
      requireMatch(ifMatch, accountTag(before));
      await change.touch({ type: 'account', id });
      await setGrants(id, await findGrants({ groups, roles }, manager), manager);
      const isOtherMail = fields.email !== undefined && fields.email !== before.email;
      await this.accounts.update(id, { ...(isOtherMail && { isVerified: false }), ...fields, ...secret }, manager);
      if (secret) await this.passwords.forgetGuesses(id, manager);
      const after = await read(id, manager);
      if (isOtherMail) await this.mails.tellEmailChanged(before, after, manager);
      const { before: were, after: are } = difference(before, after);
      await change.record({
        kind: 'user.updated',
        target: target(after),
        before: were,
        after: said(are, secret),
      });
      return { account: after, changed: changedFields(are, secret !== undefined) };
    });
    if (changed.length > 0) this.events.publish({ type: 'UserUpdated', account, changed });
    return this.views.complete(account);
  }

  /**
   * Deletes the account with its logins and tokens. One of the same name that is made later is another.
   *
   * @param ifMatch the tag that the account must have
   * @throws DomainError `not-found`, `forbidden`, `precondition-failed`; `conflict` for the last administrator
   */
  async delete(id: string, actor: Actor, ifMatch?: string): Promise<void> {
    const deleted = await this.changes.run(actor, async (change) => {
      const { manager } = change;
      // A refresh locks its session first, and by its new token the account then: the other way round is a deadlock.
      await manager.query('SELECT FROM gatehouse.sessions WHERE account_id = $1 ORDER BY id FOR UPDATE', [id]);
      await manager.query('SELECT FROM gatehouse.accounts WHERE id = $1 FOR UPDATE', [id]);
      const before = await read(id, manager);
      requireMatch(ifMatch, accountTag(before));
      await change.touch({ type: 'account', id });
      await manager.query('DELETE FROM gatehouse.accounts WHERE id = $1', [id]);
      await change.record({ kind: 'user.deleted', target: target(before), before });
      return before;
    });
    this.events.publish({ type: 'UserDeleted', account: deleted });
  }

  /**
   * Mails the person a link to set a new password; the present one stays until then.
   *
   * @throws DomainError `not-found`, `forbidden`; `conflict` for an account that can't have one
   */
  async resetPassword(id: string, actor: Actor): Promise<void> {
    await this.changes.run(actor, async (change) => {
      const { manager } = change;
      const account = await read(id, manager);
      await change.touch({ type: 'account', id });
      await this.mails.sendReset(account, addressForReset(account), manager);
      await change.record({ kind: 'user.password-reset-requested', target: target(account) });
    });
  }

  /**
   * Forgets the wrong passwords that were typed for the account, so that whoever knows the right one needn't wait.
   *
   * @throws DomainError `not-found`, `forbidden`
   */
  async unblock(id: string, actor: Actor): Promise<void> {
    await this.changes.run(actor, async (change) => {
      const { manager } = change;
      const account = await read(id, manager);
      await change.touch({ type: 'account', id });
      await this.passwords.forgetGuesses(id, manager);
      await change.record({ kind: 'user.unblocked', target: target(account) });
    });
  }
}

/** What the audit hears: of a password, only that there is another. */
function said(fields: object, secret: GivenPassword | undefined): object {
  return secret ? { ...fields, passwordChanged: true } : fields;
}

/** What the audit calls it. */
function target({ id, username }: Pick<ListedAccountDto, 'id' | 'username'>) {
  return { type: 'user', id, name: username } as const;
}

function addressForReset({ username, email, isActive, source }: ListedAccountDto): string {
  if (source !== LOCAL) throw notSetHere(source);
  if (!isActive) throw new DomainError('conflict', `The account ${username} is switched off. Switch it on before.`);
  if (email === null) {
    throw new DomainError('conflict', `The account ${username} has no mail address that a link could be sent to.`);
  }
  return email;
}

async function read(id: string, manager: Pick<EntityManager, 'query'>): Promise<ListedAccountDto> {
  const account = await readAccount(id, 'user', manager);
  if (!account) throw new DomainError('not-found', 'There is no person’s account with this id.');
  return account;
}
