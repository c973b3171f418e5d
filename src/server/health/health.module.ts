import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { DatabaseHealth } from './database.health.js';
import { FeedHealth } from './feed.health.js';
import { HealthController } from './health.controller.js';

/** Health checks. */
@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [DatabaseHealth, FeedHealth],
})
export class HealthModule {}
