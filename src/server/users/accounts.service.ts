import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { prepared } from '../database/prepared.js';
import { nameKey } from './name-key.js';

/** What a login needs to know of an account, read before the password is checked. */
export interface LoginAccount {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly passwordHash: string | null;
  readonly isActive: boolean;
  readonly epoch: number;
}

/** What a new account starts with. */
export interface NewAccount {
  readonly username: string;
  readonly name: string;
  readonly passwordHash: string | null;
  readonly mustChangePassword?: boolean;
  /** Names of groups that exist. */
  readonly groups: readonly string[];
}

const FIND_FOR_LOGIN = prepared(
  'gatehouse-account-for-login',
  `SELECT id, username, name, password_hash AS "passwordHash", is_active AS "isActive", epoch::float8 AS epoch
     FROM gatehouse.accounts
    WHERE (username_key = $1 OR email_key = $1) AND kind = 'user' AND source = 'local'`,
);

/** Reads and writes accounts. */
@Injectable()
export class AccountsService {
  constructor(private readonly database: DataSource) {}

  /** The local person with this user name or mail address, in any spelling that means the same. */
  async findForLogin(name: string): Promise<LoginAccount | undefined> {
    const rows = await this.database.query<LoginAccount[]>(FIND_FOR_LOGIN, [nameKey(name)]);
    return rows[0];
  }

  /** Puts a better hash of the same password in the place of an old one, unless it was changed in the meantime. */
  async upgradeHash(id: string, former: string, hash: string): Promise<void> {
    await this.database.query('UPDATE gatehouse.accounts SET password_hash = $3 WHERE id = $1 AND password_hash = $2', [
      id,
      former,
      hash,
    ]);
  }

  /** Makes a local person's account, verified, in its groups. */
  async create(
    { username, name, passwordHash, mustChangePassword, groups }: NewAccount,
    manager: EntityManager,
  ): Promise<void> {
    await manager.query(
      `WITH account AS (
         INSERT INTO gatehouse.accounts (username, username_key, name, password_hash, must_change_password, is_verified)
         VALUES ($1, $2, $3, $4, $5, true) RETURNING id)
       INSERT INTO gatehouse.account_groups (account_id, group_id)
       SELECT account.id, groups.id FROM account, gatehouse.groups WHERE groups.name = ANY ($6)`,
      [username, nameKey(username), name, passwordHash, mustChangePassword ?? false, groups],
    );
  }
}
