import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Settings } from '../../config/settings.js';
import { emailChanged } from '../mail/email-changed.js';
import { MailQueue } from '../mail/mail-queue.js';
import { SETTINGS } from '../settings.token.js';
import type { ListedAccountDto } from './account.dto.js';

type Manager = Pick<EntityManager, 'query'>;

/** What people are mailed of what others do to their accounts. */
@Injectable()
export class AdministrativeMails {
  constructor(
    private readonly mails: MailQueue,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'requireVerifiedEmail'>,
  ) {}

  /** Of an account that was made: whoever has no password yet is asked to set one, which verifies the address, too. */
  async tellCreated(account: ListedAccountDto, hasPassword: boolean, manager: Manager): Promise<void> {
    if (hasPassword) return this.askToVerify(account, manager);
    if (account.isActive) await this.send('invitation', account, manager);
  }

  /** Of another mail address: the former one is told, and the new one asked where nobody gets in without. */
  async tellEmailChanged(before: ListedAccountDto, after: ListedAccountDto, manager: Manager): Promise<void> {
    if (before.email !== null) {
      await this.mails.enqueue(emailChanged(before, before.email, after.email!), manager);
    }
    await this.askToVerify(after, manager);
  }

  /** @param to where the link goes */
  async sendReset({ id: accountId }: ListedAccountDto, to: string, manager: Manager): Promise<void> {
    await this.mails.enqueue({ kind: 'reset-password', to, accountId }, manager);
  }

  /** Nobody would know why they can't log in. */
  private async askToVerify(account: ListedAccountDto, manager: Manager): Promise<void> {
    if (!this.settings.requireVerifiedEmail || account.isVerified || !account.isActive) return;
    await this.send('verify-email', account, manager);
  }

  private async send(kind: 'invitation' | 'verify-email', account: ListedAccountDto, manager: Manager): Promise<void> {
    if (account.email !== null) await this.mails.enqueue({ kind, to: account.email, accountId: account.id }, manager);
  }
}
