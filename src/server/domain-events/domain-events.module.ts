import { Module, type DynamicModule } from '@nestjs/common';
import type { DomainEventListener } from './domain-event.js';
import { DomainEvents } from './domain-events.js';

/** What modules listen to. */
@Module({})
export class DomainEventsModule {
  /** @param listeners told from the start on, beside those that add themselves */
  static forRoot(listeners: readonly DomainEventListener[] = []): DynamicModule {
    const useFactory = (): DomainEvents => {
      const events = new DomainEvents();
      for (const listener of listeners) events.listen(listener);
      return events;
    };
    return {
      module: DomainEventsModule,
      global: true,
      providers: [{ provide: DomainEvents, useFactory }],
      exports: [DomainEvents],
    };
  }
}
