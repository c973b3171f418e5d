import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { Public } from '../../access/index.js';
import { DatabaseHealth } from './database.health.js';
import { FeedHealth } from './feed.health.js';
import { UserSourcesHealth } from './user-sources.health.js';

/** Whether the service is alive, and whether it can work. */
@ApiTags('Operation')
@Controller('health')
@Public()
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly database: DatabaseHealth,
    private readonly feed: FeedHealth,
    private readonly userSources: UserSourcesHealth,
  ) {}

  @Get('live')
  @ApiOperation({
    operationId: 'isLive',
    summary: 'Is the process alive?',
    description: 'Asks nothing of the database.',
  })
  @ApiOkResponse({
    description: 'It is.',
    schema: { type: 'object', required: ['status'], properties: { status: { type: 'string', enum: ['ok'] } } },
  })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({
    operationId: 'isReady',
    summary: 'Can the service work?',
    description:
      'Asks the database, and whether the news of what died is fresh. `degraded`: it can, but a directory or another source of people doesn’t answer.',
  })
  @ApiOkResponse({ description: 'It can.', schema: { type: 'object', additionalProperties: true } })
  @ApiResponse({ status: 503, description: 'It can’t, and `details` says why.' })
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.database.check(), () => this.feed.check(), () => this.userSources.check()]);
  }
}
