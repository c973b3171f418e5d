import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { UserSourcesModule } from '../user-sources/user-sources.module.js';
import { DatabaseHealth } from './database.health.js';
import { FeedHealth } from './feed.health.js';
import { UserSourcesHealth } from './user-sources.health.js';
import { HealthController } from './health.controller.js';

/** Health checks. */
@Module({
  imports: [TerminusModule.forRoot({ logger: false }), UserSourcesModule],
  controllers: [HealthController],
  providers: [DatabaseHealth, FeedHealth, UserSourcesHealth],
})
export class HealthModule {}
