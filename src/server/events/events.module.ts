import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/index.js';
import { Events } from '../../policy/index.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { EventStreams } from './event-streams.js';
import { EventsController } from './events.controller.js';

/** The streams of connected applications (decision 14). */
@Module({
  imports: [AccessModule.forFeature(Object.values(Events)), TokensModule],
  controllers: [EventsController],
  providers: [EventStreams],
  exports: [EventStreams],
})
export class EventsModule {}
