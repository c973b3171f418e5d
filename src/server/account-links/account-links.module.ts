import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { AccountLinks } from './account-links.js';
import { CorePendingEmail1763800000082 } from './pending-email.migration.js';

/** Links by which people prove that a mail reached them. */
@Module({
  imports: [DatabaseModule.forFeature([], [CorePendingEmail1763800000082])],
  providers: [AccountLinks],
  exports: [AccountLinks],
})
export class AccountLinksModule {}
