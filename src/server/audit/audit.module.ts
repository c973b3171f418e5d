import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { CoreAuditEvents1763800000060 } from './audit-events.migration.js';
import { Audit } from './audit.js';

/** Who did what, and when. */
@Module({
  imports: [DatabaseModule.forFeature([], [CoreAuditEvents1763800000060])],
  providers: [Audit],
  exports: [Audit],
})
export class AuditModule {}
