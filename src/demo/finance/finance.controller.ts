import { Controller, Get, UseInterceptors } from '@nestjs/common';
import { ApiExtension, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Protected } from '../../access/index.js';
import { JsonStringInterceptor } from '../json-string.interceptor.js';
import { Finance } from './finance.permissions.js';

/** The finance area. */
@ApiTags('Finance')
@ApiExtension(
  'x-tag-description',
  'Invoices: rules of class and method together, and nobody approves an invoice of their own',
)
@Controller('finance')
@Protected(Finance.read)
@UseInterceptors(JsonStringInterceptor)
export class FinanceController {
  /** The finance area */
  @Get()
  @ApiOperation({ operationId: 'getFinance' })
  @ApiOkResponse({ schema: { type: 'string', enum: ['finance_root'] } })
  root(): string {
    return 'finance_root';
  }

  /** Data of the finance area */
  @Get('data')
  @ApiOperation({ operationId: 'getFinanceData' })
  @ApiOkResponse({ schema: { type: 'string', enum: ['finance_data'] } })
  data(): string {
    return 'finance_data';
  }
}
