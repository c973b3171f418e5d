import { type DynamicModule, Module } from '@nestjs/common';
import { AccessModule } from '../../access/index.js';
import { Metrics } from '../../policy/index.js';
import { AuditModule } from '../audit/audit.module.js';
import { EventsModule } from '../events/events.module.js';
import { MailModule } from '../mail/mail.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { MetricsController, OpenMetricsController } from './metrics.controller.js';
import { MetricsService } from './metrics.service.js';

/** Metrics. */
@Module({
  imports: [AccessModule.forFeature(Object.values(Metrics)), AuditModule, EventsModule, MailModule, TokensModule],
  providers: [MetricsService],
})
export class MetricsModule {
  /** @param open whether everybody may read them */
  static forRoot(open: boolean): DynamicModule {
    return { module: MetricsModule, controllers: [open ? OpenMetricsController : MetricsController] };
  }
}
