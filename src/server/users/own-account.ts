import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Principal } from '../../policy/index.js';
import type { ListedAccountDto, OwnAccountDto } from './account.dto.js';
import { AccountViews, LISTED_ACCOUNT } from './account-view.js';

/** What people see of themselves. */
@Injectable()
export class OwnAccount {
  constructor(
    private readonly database: DataSource,
    private readonly views: AccountViews,
  ) {}

  /** The caller's account, with all permissions that it holds, whatever the token was narrowed to. */
  async view({ id, mustChangePassword }: Principal): Promise<OwnAccountDto> {
    const [account] = await this.database.query<[ListedAccountDto]>(
      `SELECT ${LISTED_ACCOUNT} FROM gatehouse.accounts WHERE id = $1`,
      [id],
    );
    return Object.assign(await this.views.complete(account), { mustChangePassword });
  }
}
