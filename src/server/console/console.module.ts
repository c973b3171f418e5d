import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { ConfigTransferModule } from '../config-transfer/config-transfer.module.js';
import { ExplanationsModule } from '../explanations/explanations.module.js';
import { GuessingModule } from '../guessing/guessing.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { RbacModule } from '../rbac/rbac.module.js';
import { ServiceAccountsModule } from '../service-accounts/service-accounts.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { UserAdministrationModule } from '../users/user-administration.module.js';
import { UsersModule } from '../users/users.module.js';
import { AuditCommands } from './audit-commands.js';
import { ConfigCommands } from './config-commands.js';
import { ConsoleCommands } from './console-commands.js';
import { ConsoleSocket } from './console-socket.js';
import { DatabaseCommands } from './database-commands.js';
import { GrantCommands } from './grant-commands.js';
import { KeyCommands } from './key-commands.js';
import { ServiceAccountCommands } from './service-account-commands.js';
import { TokenCommands } from './token-commands.js';
import { UserCommands } from './user-commands.js';

/** What the operator does at the console. */
@Module({
  imports: [
    AuditModule,
    ConfigTransferModule,
    ExplanationsModule,
    GuessingModule,
    KeysModule,
    RbacModule,
    ServiceAccountsModule,
    TokensModule,
    UserAdministrationModule,
    UsersModule,
  ],
  providers: [
    AuditCommands,
    ConfigCommands,
    ConsoleCommands,
    ConsoleSocket,
    DatabaseCommands,
    GrantCommands,
    KeyCommands,
    ServiceAccountCommands,
    TokenCommands,
    UserCommands,
  ],
})
export class ConsoleModule {}
