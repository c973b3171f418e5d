import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { prepared } from '../database/prepared.js';
import { violatedCheck } from '../database/check-violation.js';
import { violatedUnique } from '../database/unique-violation.js';
import { DomainError, type FieldError } from '../domain-error.js';
import { nameKey } from '../names/name-key.js';
import { USERNAME_TAKEN } from './username-taken.js';

/** What a login needs to know of an account, read before the password is checked. */
export interface LoginAccount {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly passwordHash: string | null;
  readonly isActive: boolean;
  readonly isVerified: boolean;
  readonly epoch: number;
}

/** What can be said of an account. What is left out stays as it is, or as a new account has it. */
export interface AccountFields {
  readonly username?: string | undefined;
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly isActive?: boolean | undefined;
  readonly isVerified?: boolean | undefined;
  readonly passwordHash?: string | undefined;
  readonly mustChangePassword?: boolean | undefined;
}

/** What a new account starts with. */
export interface NewAccount extends AccountFields {
  readonly kind?: 'user' | 'service';
  readonly username: string;
}

const FIND_FOR_LOGIN = prepared(
  'gatehouse-account-for-login',
  `SELECT id, username, email, password_hash AS "passwordHash", is_active AS "isActive", is_verified AS "isVerified",
          epoch::float8 AS epoch
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

  /**
   * Makes a local account, without groups and roles; answers its id.
   *
   * @throws DomainError `conflict`, naming the field, for a user name or mail address that is taken
   */
  async create({ kind = 'user', ...fields }: NewAccount, manager: EntityManager): Promise<string> {
    const [{ id }] = await manager
      .query<[{ id: string }]>(
        `INSERT INTO gatehouse.accounts (kind, username, username_key, email, email_key, name, name_key, description,
           is_active, is_verified, password_hash, must_change_password)
         VALUES ($1, $2, $3, $4, $5, coalesce($6, ''), coalesce($7, ''), coalesce($8, ''), coalesce($9, true),
           coalesce($10, false), $11, coalesce($12, false))
         RETURNING id`,
        [kind, ...valuesOf(fields)],
      )
      .catch(refuseConflict);
    return id;
  }

  /**
   * Replaces the fields that are given. A password that is replaced ends all logins, also those that are being made. With it,
   * and with a mail address, goes the change of address under way: whoever asked for that may be who is locked out by this.
   * Who says whether it is active has the last word over the source that it comes from.
   *
   * @throws DomainError `conflict`, naming the field, for a user name or mail address that is taken, and for the password
   *   of an account whose password another source has
   */
  async update(id: string, fields: AccountFields, manager: EntityManager): Promise<void> {
    await manager
      .query(
        `UPDATE gatehouse.accounts
            SET username = coalesce($2, username), username_key = coalesce($3, username_key),
                email = coalesce($4, email), email_key = coalesce($5, email_key),
                name = coalesce($6, name), name_key = coalesce($7, name_key), description = coalesce($8, description),
                is_active = coalesce($9, is_active), off_at_source = off_at_source AND $9::boolean IS NULL,
                is_verified = coalesce($10, is_verified),
                pending_email = CASE WHEN coalesce($4, email) IS NOT DISTINCT FROM email AND $11::text IS NULL THEN pending_email END,
                password_hash = coalesce($11, password_hash), epoch = epoch + ($11::text IS NOT NULL)::integer,
                must_change_password = coalesce($12, must_change_password), updated_at = now()
          WHERE id = $1`,
        [id, ...valuesOf(fields)],
      )
      .catch(refuseConflict);
  }
}

function valuesOf(fields: AccountFields): unknown[] {
  const { username, email, name, description, isActive, isVerified, passwordHash, mustChangePassword } = fields;
  const withKey = (text: string | undefined) => [text, text === undefined ? undefined : nameKey(text)];
  return [
    ...withKey(username),
    ...withKey(email),
    ...withKey(name),
    description,
    isActive,
    isVerified,
    passwordHash,
    mustChangePassword,
  ];
}

const PASSWORD_ELSEWHERE = {
  path: 'password',
  message: 'The password of this account is kept where the account comes from, and can’t be set here.',
};

const TAKEN: Readonly<Record<string, FieldError>> = {
  accounts_username_key_key: USERNAME_TAKEN,
  accounts_email_key_key: {
    path: 'email',
    message: 'There is an account with this mail address, or one that reads the same.',
  },
};

function refuseConflict(error: unknown): never {
  const isElsewhere = violatedCheck(error) === 'accounts_password_is_local';
  const taken = isElsewhere ? PASSWORD_ELSEWHERE : TAKEN[violatedUnique(error) ?? ''];
  throw taken ? new DomainError('conflict', taken.message, { errors: [taken], cause: error }) : error;
}
