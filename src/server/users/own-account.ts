import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Principal } from '../../policy/index.js';
import { DomainError } from '../domain-error.js';
import type { OwnAccountDto } from './account.dto.js';
import { AccountViews, LISTED_ACCOUNT } from './account-view.js';

/**
 * The account as its owner sees it, but for what it holds.
 *
 * @throws DomainError `forbidden` when it was deleted since the request was let in
 */
export async function readOwnAccount(
  id: string,
  manager: Pick<EntityManager, 'query'>,
): Promise<Omit<OwnAccountDto, 'permissions'>> {
  const [account] = await manager.query<Omit<OwnAccountDto, 'permissions'>[]>(
    `SELECT ${LISTED_ACCOUNT}, pending_email AS "pendingEmail" FROM gatehouse.accounts WHERE id = $1`,
    [id],
  );
  if (!account) throw justDeleted();
  return account;
}

/** What somebody is told whose account has gone while they asked for something. */
export function justDeleted(): DomainError {
  return new DomainError('forbidden', 'The account has just been deleted.');
}

/** What people see of themselves. */
@Injectable()
export class OwnAccount {
  constructor(
    private readonly database: DataSource,
    private readonly views: AccountViews,
  ) {}

  /** The caller's account, with all permissions that it holds, whatever the token was narrowed to. */
  async view({ id }: Principal): Promise<OwnAccountDto> {
    return this.views.complete(await readOwnAccount(id, this.database.manager));
  }
}
