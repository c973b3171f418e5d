import { Module } from '@nestjs/common';
import { GuessingModule } from '../guessing/guessing.module.js';
import { MailModule } from '../mail/mail.module.js';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { RbacModule } from '../rbac/rbac.module.js';
import { AccountViews } from './account-view.js';
import { AdministrativeMails } from './administrative-mails.js';
import { GivenPasswords } from './given-passwords.js';
import { UsersController } from './users.controller.js';
import { UsersModule } from './users.module.js';
import { UsersService } from './users.service.js';

/** The administration of people's accounts. */
@Module({
  imports: [GuessingModule, MailModule, PasswordsModule, RbacModule, UsersModule],
  controllers: [UsersController],
  providers: [AccountViews, AdministrativeMails, GivenPasswords, UsersService],
  exports: [UsersService],
})
export class UserAdministrationModule {}
