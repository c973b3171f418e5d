import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Actor } from '../audit/actor.js';
import { difference } from '../audit/audit-event.js';
import { DomainError } from '../domain-error.js';
import { requireMatch } from '../http/etag.js';
import type { Page } from '../http/page.js';
import { findGrants, setGrants } from '../rbac/account-grants-change.js';
import { AdministrativeChanges } from '../rbac/administrative-changes.js';
import { AccountDto, ListedAccountDto } from '../users/account.dto.js';
import { readAccounts } from '../users/account-list.js';
import { accountTag, AccountViews, readAccount } from '../users/account-view.js';
import { AccountsService } from '../users/accounts.service.js';
import { CreateServiceAccountDto, ServiceAccountsQueryDto, UpdateServiceAccountDto } from './service-account.dto.js';

/** Makes service accounts and changes them, within the rights of the actor. They have no password, and can't log in. */
@Injectable()
export class ServiceAccountsService {
  constructor(
    private readonly database: DataSource,
    private readonly changes: AdministrativeChanges,
    private readonly accounts: AccountsService,
    private readonly views: AccountViews,
  ) {}

  /** A part of the list. */
  list({ q, ...page }: ServiceAccountsQueryDto): Promise<Page<ListedAccountDto>> {
    return readAccounts(this.database, { kind: 'service', q }, page);
  }

  /** @throws DomainError `not-found` */
  async get(id: string): Promise<AccountDto> {
    return this.views.complete(await read(id, this.database.manager));
  }

  /** @throws DomainError `conflict` for a name that is taken, `unprocessable` for groups and roles that there aren't, `forbidden` */
  async create({ groups = [], roles = [], ...fields }: CreateServiceAccountDto, actor: Actor): Promise<AccountDto> {
    const made = await this.changes.run(actor, async (change) => {
      const { manager } = change;
      const wanted = await findGrants({ groups, roles }, manager);
      const id = await this.accounts.create({ ...fields, kind: 'service' }, manager);
      change.make({ type: 'account', id });
      await setGrants(id, wanted, manager);
      const after = await read(id, manager);
      await change.record({ kind: 'service-account.created', target: target(after), after });
      return after;
    });
    return this.views.complete(made);
  }

  /**
   * Replaces the fields that are named. Switching off ends all its tokens, and switching on doesn't bring them back.
   *
   * @param ifMatch the tag that the account must have
   * @throws DomainError `not-found`, `conflict`, `unprocessable`, `forbidden`, `precondition-failed`
   */
  async update(
    id: string,
    { groups, roles, ...fields }: UpdateServiceAccountDto,
    actor: Actor,
    ifMatch?: string,
  ): Promise<AccountDto> {
    const changed = await this.changes.run(actor, async (change) => {
      const { manager } = change;
      await lockServiceAccount(id, manager);
      const before = await read(id, manager);
      requireMatch(ifMatch, accountTag(before));
      await change.touch({ type: 'account', id });
      await setGrants(id, await findGrants({ groups, roles }, manager), manager);
      await this.accounts.update(id, fields, manager);
      const after = await read(id, manager);
      await change.record({ kind: 'service-account.updated', target: target(after), ...difference(before, after) });
      return after;
    });
    return this.views.complete(changed);
  }

  /**
   * Deletes the account with its client, its tokens and its secrets.
   *
   * @param ifMatch the tag that the account must have
   * @throws DomainError `not-found`, `forbidden`, `precondition-failed`
   */
  async delete(id: string, actor: Actor, ifMatch?: string): Promise<void> {
    await this.changes.run(actor, async (change) => {
      await lockServiceAccount(id, change.manager);
      const before = await read(id, change.manager);
      requireMatch(ifMatch, accountTag(before));
      await change.touch({ type: 'account', id });
      await change.manager.query('DELETE FROM gatehouse.accounts WHERE id = $1', [id]);
      await change.record({ kind: 'service-account.deleted', target: target(before), before });
    });
  }
}

/** What the audit calls it. */
export function target({ id, username }: Pick<ListedAccountDto, 'id' | 'username'>) {
  return { type: 'service-account', id, name: username } as const;
}

/**
 * Locks the account; answers whether it is active.
 *
 * @throws DomainError `not-found`
 */
export async function lockServiceAccount(id: string, manager: EntityManager): Promise<boolean> {
  const [account] = await manager.query<{ isActive: boolean }[]>(
    `SELECT is_active AS "isActive" FROM gatehouse.accounts WHERE id = $1 AND kind = 'service' FOR UPDATE`,
    [id],
  );
  if (!account) throw notFound();
  return account.isActive;
}

async function read(id: string, manager: Pick<EntityManager, 'query'>): Promise<ListedAccountDto> {
  const account = await readAccount(id, 'service', manager);
  if (!account) throw notFound();
  return account;
}

function notFound(): DomainError {
  return new DomainError('not-found', 'There is no service account with this id.');
}
