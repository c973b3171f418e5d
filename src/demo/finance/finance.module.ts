import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/index.js';
import { DatabaseModule } from '../../server/database/database.module.js';
import { FinanceController } from './finance.controller.js';
import { Finance, FinanceRole, Invoices } from './finance.permissions.js';
import { Invoice } from './invoice.entity.js';
import { InvoicesController } from './invoices.controller.js';
import { DemoInvoices1763900000002 } from './invoices.migration.js';
import { InvoicesService } from './invoices.service.js';
import { NotOwnInvoice } from './not-own-invoice.check.js';

/** The finance department. */
@Module({
  imports: [
    AccessModule.forFeature([...Object.values(Finance), ...Object.values(Invoices), FinanceRole]),
    DatabaseModule.forFeature([Invoice], [DemoInvoices1763900000002]),
  ],
  controllers: [FinanceController, InvoicesController],
  providers: [InvoicesService, NotOwnInvoice],
})
export class FinanceModule {}
