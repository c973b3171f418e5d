import { Module } from '@nestjs/common';
import type { Settings } from '../../config/settings.js';
import { AccountLinksModule } from '../account-links/account-links.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { SETTINGS } from '../settings.token.js';
import { chooseMailer } from './choose-mailer.js';
import { MailComposer } from './mail-composer.js';
import { CoreMailCounts1763800000086 } from './mail-counts.migration.js';
import { MailDelivery } from './mail-delivery.js';
import { MAIL_OPTIONS, type MailOptions } from './mail-options.module.js';
import { MailQueue } from './mail-queue.js';
import { MAILER } from './mailer.js';
import { CoreMails1763800000080 } from './mails.migration.js';
import { StoredMails } from './stored-mails.js';

/** Mails to people. */
@Module({
  imports: [AccountLinksModule, DatabaseModule.forFeature([], [CoreMails1763800000080, CoreMailCounts1763800000086])],
  providers: [
    {
      provide: MAILER,
      inject: [SETTINGS, { token: MAIL_OPTIONS, optional: true }],
      useFactory: (settings: Settings, options?: MailOptions) => options?.mailer ?? chooseMailer(settings),
    },
    MailComposer,
    MailDelivery,
    MailQueue,
    StoredMails,
  ],
  exports: [MAILER, MailComposer, MailDelivery, MailQueue, StoredMails],
})
export class MailModule {}
