import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/index.js';
import { Metrics } from '../../policy/index.js';
import { EventsModule } from '../events/events.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsService } from './metrics.service.js';

/** Metrics. */
@Module({
  imports: [AccessModule.forFeature(Object.values(Metrics)), EventsModule, TokensModule],
  controllers: [MetricsController],
  providers: [MetricsService],
})
export class MetricsModule {}
