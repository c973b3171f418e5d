import { Injectable, Logger } from '@nestjs/common';
import type { DomainEvent, DomainEventListener, DomainEventOf, DomainEventType } from './domain-event.js';

/**
 * Tells modules what has happened, after it was committed: at most once, at the instance where it happened, and not at all
 * if the process ends in between. What must be known for certain is in the audit; what must be known everywhere, in the
 * change log.
 */
@Injectable()
export class DomainEvents {
  private readonly logger = new Logger(DomainEvents.name);
  private readonly listeners = new Set<DomainEventListener>();

  /** Adds a listener to all events; the function that is returned takes it away again. */
  listen(listener: DomainEventListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Adds a listener to the events of one name; the function that is returned takes it away again. */
  on<Type extends DomainEventType>(
    type: Type,
    handle: (event: DomainEventOf<Type>) => void | Promise<void>,
  ): () => void {
    return this.listen({
      handle: (event) => (event.type === type ? handle(event as DomainEventOf<Type>) : undefined),
    });
  }

  /** To be called after the commit. The listeners run when the caller has gone on, and can't hold it up by failing. */
  publish(event: DomainEvent): void {
    if (this.listeners.size === 0) return;
    const told = Object.freeze({ ...event });
    for (const listener of this.listeners) setImmediate(() => void this.tell(listener, told));
  }

  private async tell(listener: DomainEventListener, event: DomainEvent): Promise<void> {
    try {
      await listener.handle(event);
    } catch (error) {
      this.logger.error(`A listener failed at ${event.type}: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
}
