import { Controller, Get, UseInterceptors } from '@nestjs/common';
import { ApiExtension, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Protected } from '../../access/index.js';
import { JsonStringInterceptor } from '../json-string.interceptor.js';
import { Marketing } from './marketing.permissions.js';

/** The simplest guarded resource: one permission for all routes of the class. */
@ApiTags('Marketing')
@ApiExtension('x-tag-description', 'Campaigns: the simplest guarded resource')
@Controller('marketing')
@Protected(Marketing.read)
@UseInterceptors(JsonStringInterceptor)
export class MarketingController {
  /** The marketing area */
  @Get()
  @ApiOperation({ operationId: 'getMarketing' })
  @ApiOkResponse({ schema: { type: 'string', enum: ['marketing_root'] } })
  root(): string {
    return 'marketing_root';
  }

  /** Data of the marketing area */
  @Get('data')
  @ApiOperation({ operationId: 'getMarketingData' })
  @ApiOkResponse({ schema: { type: 'string', enum: ['marketing_data'] } })
  data(): string {
    return 'marketing_data';
  }
}
