import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { ClientsModule } from '../clients/clients.module.js';
import { ConfigTransferModule } from '../config-transfer/config-transfer.module.js';
import { ExplanationsModule } from '../explanations/explanations.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { MailModule } from '../mail/mail.module.js';
import { RbacModule } from '../rbac/rbac.module.js';
import { ServiceAccountsModule } from '../service-accounts/service-accounts.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { UserSourcesModule } from '../user-sources/user-sources.module.js';
import { UserAdministrationModule } from '../users/user-administration.module.js';
import { UsersModule } from '../users/users.module.js';
import { AuditCommands } from './audit-commands.js';
import { ClientCommands } from './client-commands.js';
import { ConfigCommands } from './config-commands.js';
import { ConsoleCommands } from './console-commands.js';
import { ConsoleSocket } from './console-socket.js';
import { DatabaseCommands } from './database-commands.js';
import { GrantCommands } from './grant-commands.js';
import { KeyCommands } from './key-commands.js';
import { MailCommands } from './mail-commands.js';
import { ServiceAccountCommands } from './service-account-commands.js';
import { TokenCommands } from './token-commands.js';
import { UserCommands } from './user-commands.js';
import { UserSourceCommands } from './user-source-commands.js';

/** What the operator does at the console. */
@Module({
  imports: [
    AuditModule,
    ClientsModule,
    ConfigTransferModule,
    ExplanationsModule,
    KeysModule,
    MailModule,
    RbacModule,
    ServiceAccountsModule,
    TokensModule,
    UserAdministrationModule,
    UserSourcesModule,
    UsersModule,
  ],
  providers: [
    AuditCommands,
    ClientCommands,
    ConfigCommands,
    ConsoleCommands,
    ConsoleSocket,
    DatabaseCommands,
    GrantCommands,
    KeyCommands,
    MailCommands,
    ServiceAccountCommands,
    TokenCommands,
    UserCommands,
    UserSourceCommands,
  ],
})
export class ConsoleModule {}
