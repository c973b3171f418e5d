import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../access/index.js';
import { WelcomeDto } from './welcome.dto.js';

/** A route for everybody: no token is needed, and `@Public` says so. */
@ApiTags('Welcome')
@Controller()
@Public()
export class WelcomeController {
  /** What is here, and where to go */
  @Get()
  @ApiOperation({ operationId: 'getWelcome' })
  welcome(): WelcomeDto {
    return { name: 'Gatehouse', docs: '/docs', openapi: '/openapi.json', health: '/health/live' };
  }
}
