import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { allowedNames, type Principal } from '../../policy/index.js';
import { inForce } from '../../validity/index.js';
import { AccountGrants } from '../rbac/account-grants.js';
import { RbacSnapshot } from '../rbac/rbac-snapshot.js';
import type { AccountDto } from './account.dto.js';

const VIEW = `SELECT id, kind, username, email, name, description, is_active AS "isActive", is_verified AS "isVerified", source,
  ARRAY(SELECT groups.name FROM gatehouse.account_groups JOIN gatehouse.groups ON groups.id = group_id
         WHERE account_id = accounts.id ORDER BY groups.name) AS groups,
  ARRAY(SELECT roles.name FROM gatehouse.account_roles JOIN gatehouse.roles ON roles.id = role_id
         WHERE account_id = accounts.id ORDER BY roles.name) AS roles,
  created_at AS "createdAt", updated_at AS "updatedAt", last_login_at AS "lastLoginAt"
  FROM gatehouse.accounts WHERE id = $1`;

/** What people see of themselves. */
@Injectable()
export class OwnAccount {
  constructor(
    private readonly database: DataSource,
    private readonly grants: AccountGrants,
    private readonly snapshot: RbacSnapshot,
  ) {}

  /** The caller's account, with all permissions that it holds, whatever the token was narrowed to. */
  async view({ id }: Principal): Promise<AccountDto> {
    const [[account], { patterns }] = await Promise.all([
      this.database.query<[Omit<AccountDto, 'permissions'>]>(VIEW, [id]),
      this.grants.load(id),
    ]);
    const held = inForce({ account: patterns, client: null, scope: null });
    return { ...account, permissions: allowedNames(held, this.snapshot.knownPermissions) };
  }
}
