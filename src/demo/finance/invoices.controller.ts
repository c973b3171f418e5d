import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, Protected } from '../../access/index.js';
import { allOf, check, uuid, type Principal } from '../../policy/index.js';
import { Creates } from '../creates.decorator.js';
import { IdDto } from '../id.dto.js';
import { PageQueryDto } from '../page.dto.js';
import { Finance, Invoices } from './finance.permissions.js';
import { CreateInvoiceDto, InvoicePageDto, UpdateInvoiceDto } from './invoice.dto.js';
import { Invoice } from './invoice.entity.js';
import { InvoicesService } from './invoices.service.js';
import { NotOwnInvoice } from './not-own-invoice.check.js';

/**
 * A guarded resource with conditions on class and method: both are required, so whoever may not see the finance area
 * does nothing here, whatever else they hold.
 */
@ApiTags('Finance')
@Controller('finance/invoices')
@Protected(Finance.read)
export class InvoicesController {
  constructor(private readonly invoices: InvoicesService) {}

  /** List the invoices, newest first */
  @Get()
  @Protected(Invoices.read)
  @ApiOperation({ operationId: 'listInvoices' })
  list(@Query() page: PageQueryDto): Promise<InvoicePageDto> {
    return this.invoices.list(page);
  }

  /** Write an invoice */
  @Post()
  @Protected(Invoices.create)
  @Creates(Invoice, '/finance/invoices')
  @ApiOperation({ operationId: 'createInvoice' })
  create(@Body() invoice: CreateInvoiceDto, @CurrentUser() user: Principal): Promise<Invoice> {
    return this.invoices.create(invoice, user);
  }

  /**
   * Read an invoice
   * @throws {404} There is no such invoice.
   */
  @Get(':id')
  @Protected(Invoices.read)
  @ApiOperation({ operationId: 'getInvoice' })
  get(@Param() { id }: IdDto): Promise<Invoice> {
    return this.invoices.get(id);
  }

  /**
   * Change an invoice that isn’t approved
   * @remarks Replaces the fields that are named; naming none changes nothing.
   * @throws {404} There is no such invoice.
   * @throws {409} The invoice is approved.
   */
  @Patch(':id')
  @Protected(Invoices.update)
  @ApiOperation({ operationId: 'updateInvoice' })
  update(@Param() { id }: IdDto, @Body() changes: UpdateInvoiceDto): Promise<Invoice> {
    return this.invoices.update(id, changes);
  }

  /**
   * Delete an invoice that isn’t approved
   * @throws {404} There is no such invoice.
   * @throws {409} The invoice is approved.
   */
  @Delete(':id')
  @HttpCode(204)
  @Protected(Invoices.delete)
  @ApiOperation({ operationId: 'deleteInvoice' })
  delete(@Param() { id }: IdDto): Promise<void> {
    return this.invoices.delete(id);
  }

  /**
   * Approve an invoice
   * @remarks Nobody approves an invoice that they wrote themselves.
   * @throws {404} There is no such invoice.
   * @throws {409} The invoice is approved already.
   */
  @Post(':id/approval')
  @HttpCode(200)
  @Protected(allOf(Invoices.approve, check(NotOwnInvoice, { id: uuid })))
  @ApiOperation({ operationId: 'approveInvoice' })
  approve(@Param() { id }: IdDto, @CurrentUser() user: Principal): Promise<Invoice> {
    return this.invoices.approve(id, user);
  }
}
