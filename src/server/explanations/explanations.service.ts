import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Grants } from '../../policy/index.js';
import { inForce } from '../../validity/index.js';
import { DomainError } from '../domain-error.js';
import { MEMBERSHIPS, type Memberships } from '../rbac/account-grants.js';
import { RbacSnapshot, type GrantPath } from '../rbac/rbac-snapshot.js';
import {
  AccessQuestionDto,
  AccessResultDto,
  ExplainedAccessDto,
  GrantPathDto,
  HeldPermissionDto,
} from './explanation.dto.js';
import { reasonOf } from './reason.js';

/** An account, as far as it matters to what it may do. */
interface AccountRow extends Memberships {
  readonly id: string;
  readonly username: string;
  readonly isActive: boolean;
}

/**
 * Says what accounts may do, and why: as the guards decide it for a token that is neither narrowed nor for a limited
 * client. One query finds the accounts, however many, and what groups and roles hold is in memory.
 */
@Injectable()
export class Explanations {
  constructor(
    private readonly database: DataSource,
    private readonly snapshot: RbacSnapshot,
  ) {}

  /** All permissions that the account holds, with the ways that give each. @throws DomainError `not-found` */
  async permissionsOf(id: string, kind: 'user' | 'service'): Promise<HeldPermissionDto[]> {
    const account = await this.one(id, kind);
    const paths = this.pathsOf(account);
    const permissions = await this.database.query<{ name: string; description: string }[]>(
      'SELECT name, description FROM gatehouse.permissions ORDER BY name',
    );
    const held = inForce({ account: paths.map(({ pattern }) => pattern), client: null, scope: null });
    return permissions
      .filter(({ name }) => held.allows(name))
      .map(({ name, description }) => ({ permission: name, description, paths: giving(name, paths) }));
  }

  /** Whether the account may do it, and why. @throws DomainError `not-found` */
  async accessOf(id: string, kind: 'user' | 'service', permission: string): Promise<ExplainedAccessDto> {
    return this.explain(await this.one(id, kind), permission);
  }

  /** Answers each question, in order; an account that there isn't may do nothing. */
  async check(questions: readonly AccessQuestionDto[]): Promise<AccessResultDto[]> {
    const ids = [...new Set(questions.map(({ accountId }) => accountId.toLowerCase()))];
    const rows = await this.database.query<AccountRow[]>(
      `SELECT id, username, is_active AS "isActive", ${MEMBERSHIPS} FROM gatehouse.accounts WHERE id = ANY ($1::uuid[])`,
      [ids],
    );
    const accounts = new Map(rows.map((row) => [row.id, row]));
    return questions.map(({ accountId, permission }) => {
      const { allowed, reason } = this.explain(accounts.get(accountId.toLowerCase()), permission);
      return { accountId, permission, allowed, reason };
    });
  }

  private explain(account: AccountRow | undefined, permission: string): ExplainedAccessDto {
    const all = account ? this.pathsOf(account) : [];
    const paths = giving(permission, all);
    const known = this.snapshot.knownPermissions.includes(permission);
    const held = inForce({ account: all.map(({ pattern }) => pattern), client: null, scope: null }).allows(permission);
    const allowed = known && held && account?.isActive === true;
    const roles = held ? [] : this.snapshot.rolesThatAllow(permission);
    return { permission, allowed, reason: reasonOf({ account, permission, known, held, paths, roles }), paths };
  }

  private pathsOf({ groupIds, roleIds }: Memberships): GrantPath[] {
    return this.snapshot.paths(groupIds, roleIds);
  }

  private async one(id: string, kind: 'user' | 'service'): Promise<AccountRow> {
    const [account] = await this.database.query<AccountRow[]>(
      `SELECT id, username, is_active AS "isActive", ${MEMBERSHIPS} FROM gatehouse.accounts WHERE id = $1 AND kind = $2`,
      [id, kind],
    );
    if (account) return account;
    throw new DomainError('not-found', `There is no ${kind === 'user' ? 'person’s' : 'service'} account with this id.`);
  }
}

function giving(permission: string, paths: readonly GrantPath[]): GrantPathDto[] {
  return paths.filter(({ pattern }) => new Grants([pattern]).allows(permission));
}
