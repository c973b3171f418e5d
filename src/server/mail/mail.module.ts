import { Module } from '@nestjs/common';
import { AccountLinksModule } from '../account-links/account-links.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { MailQueue } from './mail-queue.js';
import { CoreMails1763800000080 } from './mails.migration.js';

/** Mails to people. */
@Module({
  imports: [AccountLinksModule, DatabaseModule.forFeature([], [CoreMails1763800000080])],
  providers: [MailQueue],
  exports: [MailQueue],
})
export class MailModule {}
