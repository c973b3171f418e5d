import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/index.js';
import { AuditTrail } from '../../policy/index.js';
import { DatabaseModule } from '../database/database.module.js';
import { CoreAuditChain1763800000061 } from './audit-chain.migration.js';
import { AuditEventsController } from './audit-events.controller.js';
import { CoreAuditEvents1763800000060 } from './audit-events.migration.js';
import { AuditExport } from './audit-export.js';
import { AuditSealer } from './audit-sealer.js';
import { AuditVerification } from './audit-verification.js';
import { Audit } from './audit.js';
import { FailedLogins } from './failed-logins.js';

/** Who did what, and when. */
@Module({
  imports: [
    DatabaseModule.forFeature([], [CoreAuditEvents1763800000060, CoreAuditChain1763800000061]),
    AccessModule.forFeature(Object.values(AuditTrail)),
  ],
  controllers: [AuditEventsController],
  providers: [Audit, AuditExport, AuditSealer, AuditVerification, FailedLogins],
  exports: [Audit, AuditExport, AuditSealer, AuditVerification, FailedLogins],
})
export class AuditModule {}
