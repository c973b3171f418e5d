import { Global, Module } from '@nestjs/common';
import { DomainEvents } from './domain-events.js';

/** What modules listen to. */
@Global()
@Module({ providers: [DomainEvents], exports: [DomainEvents] })
export class DomainEventsModule {}
