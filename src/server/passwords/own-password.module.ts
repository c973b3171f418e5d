import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { GuessingModule } from '../guessing/guessing.module.js';
import { MailModule } from '../mail/mail.module.js';
import { UsersModule } from '../users/users.module.js';
import { CurrentPassword } from './current-password.js';
import { OwnPassword } from './own-password.js';
import { OwnPasswordController } from './own-password.controller.js';
import { PasswordsModule } from './passwords.module.js';

/** One's own password. */
@Module({
  imports: [AuditModule, GuessingModule, MailModule, PasswordsModule, UsersModule],
  controllers: [OwnPasswordController],
  providers: [CurrentPassword, OwnPassword],
  exports: [CurrentPassword],
})
export class OwnPasswordModule {}
