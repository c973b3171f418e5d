import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Principal } from '../../policy/index.js';
import type { OwnAccountDto } from './account.dto.js';
import { AccountViews, LISTED_ACCOUNT } from './account-view.js';
import { loginEnded } from './login-ended.js';

/** One's own account, but for what it holds. */
export type OwnAccountRow = Omit<OwnAccountDto, 'permissions' | 'mustChangePassword'>;

/**
 * The account as its owner sees it.
 *
 * @throws ProblemException 401 when it was deleted since the request was let in
 */
export async function readOwnAccount(id: string, manager: Pick<EntityManager, 'query'>): Promise<OwnAccountRow> {
  const [account] = await manager.query<OwnAccountRow[]>(
    `SELECT ${LISTED_ACCOUNT}, pending_email AS "pendingEmail" FROM gatehouse.accounts WHERE id = $1`,
    [id],
  );
  if (!account) throw loginEnded();
  return account;
}

/** What people see of themselves. */
@Injectable()
export class OwnAccount {
  constructor(
    private readonly database: DataSource,
    private readonly views: AccountViews,
  ) {}

  /** The caller's account, with all permissions that it holds, whatever the token was narrowed to. */
  async view({ id, mustChangePassword }: Principal): Promise<OwnAccountDto> {
    const account = await readOwnAccount(id, this.database.manager);
    return Object.assign(await this.views.complete(account), { mustChangePassword });
  }
}
