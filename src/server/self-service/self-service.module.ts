import { Module } from '@nestjs/common';
import { AccountLinksModule } from '../account-links/account-links.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { GuessingModule } from '../guessing/guessing.module.js';
import { MailModule } from '../mail/mail.module.js';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { RbacModule } from '../rbac/rbac.module.js';
import { OwnAccountModule } from '../users/own-account.module.js';
import { UsersModule } from '../users/users.module.js';
import { CurrentPassword } from './current-password.js';
import { EmailVerification } from './email-verification.js';
import { LinkPagesController } from './link-pages.controller.js';
import { LinksController } from './links.controller.js';
import { NewRegistrations } from './new-registrations.js';
import { OpenedLinks } from './opened-links.js';
import { OwnAccountChangesController } from './own-account-changes.controller.js';
import { OwnAccountChanges } from './own-account-changes.js';
import { OwnAccountDeletion } from './own-account-deletion.js';
import { OwnPasswordController } from './own-password.controller.js';
import { OwnPassword } from './own-password.js';
import { PasswordRecovery } from './password-recovery.js';
import { RecentLogin } from './recent-login.js';
import { RegistrationController } from './registration.controller.js';
import { RegistrationGroups } from './registration-groups.js';
import { Registration } from './registration.js';
import { RequestedMails } from './requested-mails.js';
import { SelfServiceChanges } from './self-service-changes.js';

/** What people do for themselves: register, verify their mail address, get in again, change their password and account, delete it. */
@Module({
  imports: [
    AccountLinksModule,
    AuditModule,
    GuessingModule,
    MailModule,
    OwnAccountModule,
    PasswordsModule,
    RbacModule,
    UsersModule,
  ],
  controllers: [
    RegistrationController,
    LinksController,
    LinkPagesController,
    OwnAccountChangesController,
    OwnPasswordController,
  ],
  providers: [
    CurrentPassword,
    EmailVerification,
    NewRegistrations,
    OpenedLinks,
    OwnAccountChanges,
    OwnAccountDeletion,
    OwnPassword,
    PasswordRecovery,
    RecentLogin,
    Registration,
    RegistrationGroups,
    RequestedMails,
    SelfServiceChanges,
  ],
  exports: [RecentLogin, RegistrationGroups],
})
export class SelfServiceModule {}
