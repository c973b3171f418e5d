import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { MailModule } from '../mail/mail.module.js';
import { BlockedLogins } from './blocked-logins.js';
import { GuessCounts } from './guess-counts.js';
import { CoreGuesses1763800000081 } from './guesses.migration.js';
import { Guessing } from './guessing.js';

/** The policy against guessing passwords. */
@Module({
  imports: [AuditModule, DatabaseModule.forFeature([], [CoreGuesses1763800000081]), MailModule],
  providers: [BlockedLogins, GuessCounts, Guessing],
  exports: [Guessing],
})
export class GuessingModule {}
