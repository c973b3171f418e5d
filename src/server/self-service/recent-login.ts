import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../audit/actor.js';
import { DomainError } from '../domain-error.js';
import { loginEnded } from '../users/login-ended.js';
import { CurrentPassword, type PasswordHolder } from './current-password.js';

interface AccountRow extends PasswordHolder {
  readonly isRecent: boolean;
}

/** Minutes that a login counts as recent. */
const RECENT_MINUTES = 15;

/**
 * Asks for a proof of who somebody is, of whom a token alone doesn't say enough (ASVS 7.5.1): it may have been left on a
 * screen, or stolen.
 */
@Injectable()
export class RecentLogin {
  constructor(
    private readonly database: DataSource,
    private readonly currentPassword: CurrentPassword,
  ) {}

  /**
   * A login of the last quarter of an hour will do, or else the password.
   *
   * @throws DomainError `recent-login-required`; `invalid` for a wrong password, which counts as a guess; `too-many`,
   *   `overloaded`
   */
  async require(actor: Actor, currentPassword: string | undefined): Promise<void> {
    const { id, token } = actor.principal!;
    const [account] = await this.database.query<AccountRow[]>(
      `SELECT id, username, password_hash AS "passwordHash", EXISTS (
                SELECT FROM gatehouse.sessions WHERE id = $2 AND account_id = accounts.id
                   AND created_at > now() - interval '${RECENT_MINUTES} minutes') AS "isRecent"
         FROM gatehouse.accounts WHERE id = $1`,
      [id, token?.sessionId ?? null],
    );
    if (!account) throw loginEnded();
    if (currentPassword !== undefined) await this.currentPassword.require(currentPassword, account, actor);
    else if (!account.isRecent) throw recentLoginRequired();
  }
}

/** The answer to somebody who has been logged in for too long. */
export function recentLoginRequired(): DomainError {
  return new DomainError(
    'recent-login-required',
    'Log in again: this needs a login of the last 15 minutes, or the current password where that can be sent.',
  );
}
