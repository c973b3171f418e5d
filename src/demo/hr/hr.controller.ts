import { Controller, Get, UseInterceptors } from '@nestjs/common';
import { ApiExtension, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Protected } from '../../access/index.js';
import { JsonStringInterceptor } from '../json-string.interceptor.js';
import { Hr } from './hr.permissions.js';

/** The human resources area. */
@ApiTags('HR')
@ApiExtension('x-tag-description', 'Employees, who may read the record that is theirs')
@Controller('hr')
@Protected(Hr.read)
@UseInterceptors(JsonStringInterceptor)
export class HrController {
  /** The human resources area */
  @Get()
  @ApiOperation({ operationId: 'getHr' })
  @ApiOkResponse({ schema: { type: 'string', enum: ['hr_root'] } })
  root(): string {
    return 'hr_root';
  }

  /** Data of the human resources area */
  @Get('data')
  @ApiOperation({ operationId: 'getHrData' })
  @ApiOkResponse({ schema: { type: 'string', enum: ['hr_data'] } })
  data(): string {
    return 'hr_data';
  }
}
