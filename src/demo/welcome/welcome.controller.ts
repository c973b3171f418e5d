import { Controller, Get } from '@nestjs/common';
import { ApiExtension, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../access/index.js';
import { WelcomeDto } from './welcome.dto.js';

/** A route for everybody: no token is needed, and `@Public` says so. */
@ApiTags('Welcome')
@ApiExtension('x-tag-description', 'For everybody')
@Controller()
@Public()
export class WelcomeController {
  /**
   * What is here, and where to go
   * @remarks Needs no token.
   */
  @Get()
  @ApiOperation({ operationId: 'getWelcome' })
  welcome(): WelcomeDto {
    return { name: 'Gatehouse', docs: '/docs', openapi: '/openapi.json', health: '/health/live' };
  }
}
