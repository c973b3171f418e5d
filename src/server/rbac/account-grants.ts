import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { prepared } from '../database/prepared.js';
import { RbacSnapshot } from './rbac-snapshot.js';

/** What an account holds, by name. */
export interface HeldGrants {
  readonly groups: readonly string[];
  /** Through groups and directly. */
  readonly roles: readonly string[];
  /** Permission names and patterns, of all those roles. */
  readonly patterns: readonly string[];
}

/** The groups that an account is in, and the roles that it holds without a group, by id. */
export interface Memberships {
  readonly groupIds: readonly string[];
  readonly roleIds: readonly string[];
}

/** Selects the {@link Memberships} of `accounts.id`, as columns of a query. */
export const MEMBERSHIPS = `
  ARRAY(SELECT group_id::text FROM gatehouse.account_groups WHERE account_id = accounts.id) AS "groupIds",
  ARRAY(SELECT role_id::text FROM gatehouse.account_roles WHERE account_id = accounts.id) AS "roleIds"`;

const OF_ACCOUNT = prepared('gatehouse-memberships', `SELECT ${MEMBERSHIPS} FROM gatehouse.accounts WHERE id = $1`);

/** Finds what accounts hold: account → group → role → permission, and account → role. */
@Injectable()
export class AccountGrants {
  constructor(
    private readonly database: DataSource,
    private readonly snapshot: RbacSnapshot,
  ) {}

  /** What the account holds now. One query whatever the number of groups and roles; what those hold is in memory. */
  async load(accountId: string): Promise<HeldGrants> {
    const [memberships] = await this.database.query<Memberships[]>(OF_ACCOUNT, [accountId]);
    return this.snapshot.resolve(memberships?.groupIds ?? [], memberships?.roleIds ?? []);
  }
}
