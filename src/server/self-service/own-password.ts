import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Principal } from '../../policy/index.js';
import type { Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { DomainError } from '../domain-error.js';
import { DomainEvents } from '../domain-events/domain-events.js';
import { MailQueue } from '../mail/mail-queue.js';
import { notSetHere } from '../passwords/not-set-here.js';
import { PasswordRules } from '../passwords/password-rules.js';
import { LOCAL } from '../users/local.js';
import { loginEnded } from '../users/login-ended.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { CurrentPassword } from './current-password.js';
import type { ChangePasswordDto } from './own-password.dto.js';

interface AccountRow {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly name: string;
  readonly kind: 'user' | 'service';
  readonly source: string;
  readonly passwordHash: string | null;
}

const FIND = `SELECT id, username, email, name, kind, source, password_hash AS "passwordHash"
  FROM gatehouse.accounts WHERE id = $1`;

/**
 * The account's epoch moves, so that all logins die, those too that are under way; the kept session goes along with it.
 * A change of mail address under way is forgotten: whoever asked for it may be who is locked out by this.
 */
const REPLACE = `
  WITH account AS (
    UPDATE gatehouse.accounts
       SET password_hash = $3, must_change_password = false, pending_email = NULL, epoch = accounts.epoch + 1, updated_at = now()
      FROM gatehouse.sessions
     WHERE accounts.id = $1 AND accounts.password_hash = $2 AND accounts.is_active
       AND sessions.id = $4 AND sessions.account_id = accounts.id AND sessions.account_epoch = accounts.epoch
       AND sessions.ended_at IS NULL
    RETURNING accounts.epoch),
  kept AS (UPDATE gatehouse.sessions SET account_epoch = account.epoch FROM account WHERE sessions.id = $4)
  SELECT FROM account`;

/** The hash is found to be another when a login has upgraded it, or somebody else has changed the password. */
const ATTEMPTS = 2;

/** Changes the password of whoever asks, who must know the one that they have (ASVS 6.2.2, 6.2.3). */
@Injectable()
export class OwnPassword {
  constructor(
    private readonly database: DataSource,
    private readonly rules: PasswordRules,
    private readonly hasher: PasswordHasher,
    private readonly currentPassword: CurrentPassword,
    private readonly audit: Audit,
    private readonly mails: MailQueue,
    private readonly feed: ChangeFeed,
    private readonly events: DomainEvents,
  ) {}

  /**
   * When it returns, all other logins of the account are dead here, and soon everywhere.
   *
   * @throws DomainError `invalid`, naming the field; `conflict` for an account that has no password here; `too-many`;
   *   `overloaded`
   */
  async change({ currentPassword, newPassword }: ChangePasswordDto, actor: Actor): Promise<void> {
    const { id, token } = actor.principal!;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const account = await this.find(id);
      await this.currentPassword.require(currentPassword, account, actor);
      if (newPassword === currentPassword) throw samePassword();
      await this.rules.require(newPassword, account, 'newPassword');
      const hash = await this.hasher.hash(newPassword);
      if (!(await this.replace(account, hash, token!.sessionId!, actor))) continue;
      await this.feed.catchUp();
      const { username, email } = account;
      this.events.publish({ type: 'PasswordChanged', account: { id, username, email } });
      return;
    }
    // Its password is right, so it is the login of this request that has been ended meanwhile.
    throw loginEnded();
  }

  /** The caller's account, if it has a password here. */
  private async find(id: Principal['id']): Promise<AccountRow> {
    const [account] = await this.database.query<AccountRow[]>(FIND, [id]);
    if (!account) throw loginEnded();
    if (account.kind === 'service') throw new DomainError('conflict', 'A service account has no password.');
    if (account.source !== LOCAL) throw notSetHere(account.source);
    return account;
  }

  /** False when the password, or the login of this request, is no longer what it was. */
  private replace(
    { id, username, email, passwordHash }: AccountRow,
    hash: string,
    kept: string,
    actor: Actor,
  ): Promise<boolean> {
    return this.database.transaction(async (manager) => {
      // A refresh locks its session first, and by its new token the account then: the other way round is a deadlock.
      await manager.query('SELECT FROM gatehouse.sessions WHERE id = $1 FOR UPDATE', [kept]);
      const replaced = await manager.query<unknown[]>(REPLACE, [id, passwordHash, hash, kept]);
      if (replaced.length === 0) return false;
      const target = { type: 'user', id, name: username } as const;
      await this.audit.record({ kind: 'user.password-changed', target, after: { kept } }, actor, manager);
      if (email !== null) await this.mails.enqueue({ kind: 'password-changed', to: email, accountId: id }, manager);
      return true;
    });
  }
}

function samePassword(): DomainError {
  const errors = [{ path: 'newPassword', message: 'newPassword must be another than the current one' }];
  return new DomainError('invalid', 'The new password must be another than the current one.', { errors });
}
