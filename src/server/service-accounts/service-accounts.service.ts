import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { allowedNames, type Principal } from '../../policy/index.js';
import { inForce } from '../../validity/index.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { violatedUnique } from '../database/unique-violation.js';
import { DomainError } from '../domain-error.js';
import { containing, readPage, type Page } from '../http/page.js';
import { AccountGrants } from '../rbac/account-grants.js';
import { ActorRights, patternsOf, requireInForce } from '../rbac/actor-rights.js';
import { RbacSnapshot } from '../rbac/rbac-snapshot.js';
import { AccountDto, ListedAccountDto } from '../users/account.dto.js';
import { nameKey } from '../users/name-key.js';
import { addedPatterns, findGrants, setGrants } from './account-grants-change.js';
import { CreateServiceAccountDto, ServiceAccountsQueryDto, UpdateServiceAccountDto } from './service-account.dto.js';

const COLUMNS = `id, kind, username, email, name, description, is_active AS "isActive", is_verified AS "isVerified", source,
  ARRAY(SELECT groups.name FROM gatehouse.account_groups JOIN gatehouse.groups ON groups.id = group_id
         WHERE account_id = accounts.id ORDER BY groups.name) AS groups,
  ARRAY(SELECT roles.name FROM gatehouse.account_roles JOIN gatehouse.roles ON roles.id = role_id
         WHERE account_id = accounts.id ORDER BY roles.name) AS roles,
  created_at AS "createdAt", updated_at AS "updatedAt", last_login_at AS "lastLoginAt"`;

const SORTS = {
  username: { sql: 'username_key', type: 'text' },
  createdAt: { sql: 'created_at', type: 'timestamptz' },
} as const;

/** Makes service accounts and changes them, within the rights of the actor. They have no password, and can't log in. */
@Injectable()
export class ServiceAccounts {
  constructor(
    private readonly database: DataSource,
    private readonly feed: ChangeFeed,
    private readonly rights: ActorRights,
    private readonly grants: AccountGrants,
    private readonly snapshot: RbacSnapshot,
  ) {}

  /** A part of the list. */
  list({ q, ...page }: ServiceAccountsQueryDto): Promise<Page<ListedAccountDto>> {
    return readPage<ListedAccountDto>(
      this.database,
      {
        select: COLUMNS,
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
    const [account] = await this.database.query<ListedAccountDto[]>(
      `SELECT ${COLUMNS} FROM gatehouse.accounts WHERE id = $1 AND kind = 'service'`,
      [id],
    );
    if (!account) throw notFound();
    const { patterns } = await this.grants.load(id);
    const held = inForce({ account: patterns, client: null, scope: null });
    return Object.assign(account, { permissions: allowedNames(held, this.snapshot.knownPermissions) });
  }

  /** @throws DomainError `conflict` for a name that is taken, `unprocessable` for groups and roles that there aren't, `forbidden` */
  async create(
    { username, name = '', description = '', groups = [], roles = [] }: CreateServiceAccountDto,
    actor: Principal,
  ): Promise<AccountDto> {
    const id = await this.change(async (manager) => {
      const rights = await this.rights.lock(actor, manager);
      const wanted = await findGrants({ groups, roles }, manager);
      requireInForce(rights, await addedPatterns(null, wanted, manager));
      const [account] = await manager.query<{ id: string }[]>(
        `INSERT INTO gatehouse.accounts (kind, username, username_key, name, description)
         VALUES ('service', $1, $2, $3, $4) RETURNING id`,
        [username, nameKey(username), name, description],
      );
      await setGrants(account!.id, wanted, manager);
      return account!.id;
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
    actor: Principal,
  ): Promise<AccountDto> {
    await this.change(async (manager) => {
      const rights = await this.rights.lock(actor, manager);
      const wasActive = await lockServiceAccount(id, manager);
      const wanted = await findGrants({ groups, roles }, manager);
      requireInForce(rights, await addedPatterns(id, wanted, manager));
      await setGrants(id, wanted, manager);
      // Its secret works again, and with it all that it holds.
      if (isActive && !wasActive) requireInForce(rights, await patternsOf(id, manager));
      await manager.query(
        `UPDATE gatehouse.accounts
            SET username = coalesce($2, username), username_key = coalesce($3, username_key), name = coalesce($4, name),
                description = coalesce($5, description), is_active = coalesce($6, is_active), updated_at = now()
          WHERE id = $1`,
        [id, username, username && nameKey(username), name, description, isActive],
      );
    });
    return this.get(id);
  }

  /**
   * Deletes the account with its client, its tokens and its secrets.
   *
   * @throws DomainError `not-found`
   */
  async delete(id: string): Promise<void> {
    await this.change(async (manager) => {
      await lockServiceAccount(id, manager);
      await manager.query('DELETE FROM gatehouse.accounts WHERE id = $1', [id]);
    });
  }

  /** Changes something in one transaction, and answers when the change has been applied here. */
  private async change<Result>(how: (manager: EntityManager) => Promise<Result>): Promise<Result> {
    const result = await this.database.transaction(how).catch((error: unknown) => {
      if (violatedUnique(error) === undefined) throw error;
      throw new DomainError('conflict', 'There is an account with this name, or one that reads the same.');
    });
    await this.feed.catchUp();
    return result;
  }
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

function notFound(): DomainError {
  return new DomainError('not-found', 'There is no service account with this id.');
}
