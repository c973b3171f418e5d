import { Module } from '@nestjs/common';
import { ExplanationsModule } from '../explanations/explanations.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { RbacModule } from '../rbac/rbac.module.js';
import { ServiceAccountsModule } from '../service-accounts/service-accounts.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { UserAdministrationModule } from '../users/user-administration.module.js';
import { UsersModule } from '../users/users.module.js';
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
    ExplanationsModule,
    KeysModule,
    RbacModule,
    ServiceAccountsModule,
    TokensModule,
    UserAdministrationModule,
    UsersModule,
  ],
  providers: [
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
