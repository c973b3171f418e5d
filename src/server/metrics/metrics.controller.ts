import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Protected, Public } from '../../access/index.js';
import { Metrics } from '../../policy/index.js';
import { MetricsService } from './metrics.service.js';

/** Metrics, for whoever watches over the service. Who may read them the classes below say. */
abstract class MetricsRoute {
  protected abstract readonly metrics: MetricsService;

  @Get()
  @ApiOperation({ operationId: 'readMetrics', summary: 'Metrics, in Prometheus’ format' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ description: 'The metrics.', schema: { type: 'string' } })
  async read(@Res() reply: FastifyReply): Promise<void> {
    const { text, type } = await this.metrics.read();
    await reply.header('Content-Type', type).send(text);
  }
}

/** As it is unless a setting says otherwise: with a token, such as that of a service account that holds `metrics:read`. */
@ApiTags('Operation')
@Controller('metrics')
@Protected(Metrics.read)
export class MetricsController extends MetricsRoute {
  constructor(protected readonly metrics: MetricsService) {
    super();
  }
}

/** With `METRICS_OPEN=on`. */
@ApiTags('Operation')
@Controller('metrics')
@Public()
export class OpenMetricsController extends MetricsRoute {
  constructor(protected readonly metrics: MetricsService) {
    super();
  }
}
