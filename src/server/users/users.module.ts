import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { CoreAccountSearch1763800000070 } from './account-search.migration.js';
import { CoreAccounts1763800000002 } from './accounts.migration.js';
import { AccountsService } from './accounts.service.js';
import { PasswordHasher } from './password-hasher.js';

/** Accounts and their passwords. */
@Module({
  imports: [DatabaseModule.forFeature([], [CoreAccounts1763800000002, CoreAccountSearch1763800000070])],
  providers: [AccountsService, PasswordHasher],
  exports: [AccountsService, PasswordHasher],
})
export class UsersModule {}
