import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Actor } from '../audit/actor.js';
import { difference } from '../audit/audit-event.js';
import { violatedUnique } from '../database/unique-violation.js';
import { DomainError } from '../domain-error.js';
import { containing, readPage, type Page } from '../http/page.js';
import { findGrants, setGrants } from '../rbac/account-grants-change.js';
import { AdministrativeChanges, type AdministrativeChange } from '../rbac/administrative-changes.js';
import { AccountDto, ListedAccountDto } from '../users/account.dto.js';
import { AccountViews, LISTED_ACCOUNT, readAccount } from '../users/account-view.js';
import { nameKey } from '../users/name-key.js';
import { CreateServiceAccountDto, ServiceAccountsQueryDto, UpdateServiceAccountDto } from './service-account.dto.js';

const SORTS = {
  username: { sql: 'username_key', type: 'text' },
  createdAt: { sql: 'created_at', type: 'timestamptz' },
} as const;

/** Makes service accounts and changes them, within the rights of the actor. They have no password, and can't log in. */
@Injectable()
export class ServiceAccounts {
  constructor(
    private readonly database: DataSource,
    private readonly changes: AdministrativeChanges,
    private readonly views: AccountViews,
  ) {}

  /** A part of the list. */
  list({ q, ...page }: ServiceAccountsQueryDto): Promise<Page<ListedAccountDto>> {
    return readPage<ListedAccountDto>(
      this.database,
      {
        select: LISTED_ACCOUNT,
        from: 'gatehouse.accounts',
        where: ["kind = 'service'", ...(q ? ['username ILIKE $1 OR name ILIKE $1 OR description ILIKE $1'] : [])],
        values: q ? [containing(q)] : [],
        sorts: SORTS,
        id: 'id',
      },
      page,
    );
  }

  /** @throws DomainError `not-found` */
  async get(id: string): Promise<AccountDto> {
    return this.views.complete(await read(id, this.database.manager));
  }

  /** @throws DomainError `conflict` for a name that is taken, `unprocessable` for groups and roles that there aren't, `forbidden` */
  async create(
    { username, name = '', description = '', groups = [], roles = [] }: CreateServiceAccountDto,
    actor: Actor,
  ): Promise<AccountDto> {
    const id = await this.change(actor, async (change) => {
      const { manager } = change;
      const wanted = await findGrants({ groups, roles }, manager);
      const [account] = await manager.query<[{ id: string }]>(
        `INSERT INTO gatehouse.accounts (kind, username, username_key, name, description)
         VALUES ('service', $1, $2, $3, $4) RETURNING id`,
        [username, nameKey(username), name, description],
      );
      change.make({ type: 'account', id: account.id });
      await setGrants(account.id, wanted, manager);
      const after = await read(account.id, manager);
      await change.record({ kind: 'service-account.created', target: target(after), after });
      return account.id;
    });
    return this.get(id);
  }

  /**
   * Replaces the fields that are named. Switching off ends all its tokens, and switching on doesn't bring them back.
   *
   * @throws DomainError `not-found`, `conflict`, `unprocessable`, `forbidden`
   */
  async update(
    id: string,
    { username, name, description, isActive, groups, roles }: UpdateServiceAccountDto,
    actor: Actor,
  ): Promise<AccountDto> {
    await this.change(actor, async (change) => {
      const { manager } = change;
      await lockServiceAccount(id, manager);
      await change.touch({ type: 'account', id });
      const before = await read(id, manager);
      await setGrants(id, await findGrants({ groups, roles }, manager), manager);
      await manager.query(
        `UPDATE gatehouse.accounts
            SET username = coalesce($2, username), username_key = coalesce($3, username_key), name = coalesce($4, name),
                description = coalesce($5, description), is_active = coalesce($6, is_active), updated_at = now()
          WHERE id = $1`,
        [id, username, username && nameKey(username), name, description, isActive],
      );
      const after = await read(id, manager);
      await change.record({ kind: 'service-account.updated', target: target(after), ...difference(before, after) });
    });
    return this.get(id);
  }

  /**
   * Deletes the account with its client, its tokens and its secrets.
   *
   * @throws DomainError `not-found`, `forbidden`
   */
  async delete(id: string, actor: Actor): Promise<void> {
    await this.change(actor, async (change) => {
      await lockServiceAccount(id, change.manager);
      await change.touch({ type: 'account', id });
      const before = await read(id, change.manager);
      await change.manager.query('DELETE FROM gatehouse.accounts WHERE id = $1', [id]);
      await change.record({ kind: 'service-account.deleted', target: target(before), before });
    });
  }

  private async change<Result>(actor: Actor, how: (change: AdministrativeChange) => Promise<Result>): Promise<Result> {
    return this.changes.run(actor, how).catch((error: unknown) => {
      if (violatedUnique(error) === undefined) throw error;
      const message = 'There is an account with this name, or one that reads the same.';
      throw new DomainError('conflict', message, { errors: [{ path: 'username', message }] });
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
