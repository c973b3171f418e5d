import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { allowedNames } from '../../policy/index.js';
import { inForce } from '../../validity/index.js';
import { etagOf } from '../http/etag.js';
import { AccountGrants } from '../rbac/account-grants.js';
import { RbacSnapshot } from '../rbac/rbac-snapshot.js';
import type { AccountDto, ChangedAccountDto, ListedAccountDto } from './account.dto.js';

/** Selects a {@link ListedAccountDto} from `gatehouse.accounts`. */
export const LISTED_ACCOUNT = `id, kind, username, email, name, description, is_active AS "isActive", is_verified AS "isVerified", source,
  ARRAY(SELECT groups.name FROM gatehouse.account_groups JOIN gatehouse.groups ON groups.id = group_id
         WHERE account_id = accounts.id ORDER BY groups.name) AS groups,
  ARRAY(SELECT roles.name FROM gatehouse.account_roles JOIN gatehouse.roles ON roles.id = role_id
         WHERE account_id = accounts.id ORDER BY roles.name) AS roles,
  created_at AS "createdAt", updated_at AS "updatedAt", last_login_at AS "lastLoginAt"`;

/** The account as lists show it, as the transaction sees it; undefined if there is none of this kind. */
export async function readAccount(
  id: string,
  kind: AccountDto['kind'],
  manager: Pick<EntityManager, 'query'>,
): Promise<ListedAccountDto | undefined> {
  const [account] = await manager.query<ListedAccountDto[]>(
    `SELECT ${LISTED_ACCOUNT} FROM gatehouse.accounts WHERE id = $1 AND kind = $2`,
    [id, kind],
  );
  return account;
}

/** The entity tag of an account: of what can be changed in it, and not of what its groups and roles hold, or of logins. */
export function accountTag({
  permissions: _permissions,
  lastLoginAt: _lastLoginAt,
  passwordStrength: _passwordStrength,
  ...rest
}: ListedAccountDto & Partial<ChangedAccountDto>): string {
  return etagOf(rest);
}

/** Shows an account with all that it holds. */
@Injectable()
export class AccountViews {
  constructor(
    private readonly grants: AccountGrants,
    private readonly snapshot: RbacSnapshot,
  ) {}

  /** Adds the names of all permissions that the account holds, whatever a token of it is narrowed to. */
  async complete<Listed extends ListedAccountDto>(account: Listed): Promise<Listed & Pick<AccountDto, 'permissions'>> {
    const { patterns } = await this.grants.load(account.id);
    const held = inForce({ account: patterns, client: null, scope: null });
    return Object.assign(account, { permissions: allowedNames(held, this.snapshot.knownPermissions) });
  }
}
