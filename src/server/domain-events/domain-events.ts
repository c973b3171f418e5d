import { inspect } from 'node:util';
import { Injectable, Logger } from '@nestjs/common';
import type {
  DomainEvent,
  DomainEventListener,
  DomainEventOf,
  DomainEventType,
  EventAccount,
  Happening,
} from './domain-event.js';

/** How many events a listener may be busy with at once. One that never ends must not fill the memory. */
export const MOST_AT_ONCE = 1_000;

/** A listener, and how it gets on. */
interface Listening {
  readonly listener: DomainEventListener;
  /** Events handed over that it isn't done with, or about to be. */
  busyWith: number;
  /** Events that it wasn't told since it is too far behind. */
  missed: number;
}

/**
 * Tells modules what has happened, after it was committed: at most once, at the instance where it happened, and not at all
 * if the process ends in between. What must be known for certain is in the audit; what must be known everywhere, in the
 * change log.
 */
@Injectable()
export class DomainEvents {
  private readonly logger = new Logger(DomainEvents.name);
  private readonly listeners = new Map<DomainEventListener, Listening>();

  /** Adds a listener to all events; the function that is returned takes it away again. */
  listen(listener: DomainEventListener): () => void {
    if (!this.listeners.has(listener)) this.listeners.set(listener, { listener, busyWith: 0, missed: 0 });
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
  publish(happening: Happening): void {
    if (this.listeners.size === 0) return;
    const event = frozen(happening);
    for (const listening of this.listeners.values()) {
      if (listening.busyWith >= MOST_AT_ONCE) {
        if (listening.missed++ === 0) {
          this.logger.warn(`A listener isn't done with ${MOST_AT_ONCE} events, and isn't told any more until it is.`);
        }
        continue;
      }
      listening.busyWith++;
      setImmediate(() => void this.tell(listening, event));
    }
  }

  private async tell(listening: Listening, event: DomainEvent): Promise<void> {
    try {
      if (this.listeners.get(listening.listener) === listening) await listening.listener.handle(event);
    } catch (error) {
      this.logger.error(`A listener failed at ${event.type}: ${said(error)}`);
    }
    listening.busyWith--;
    if (listening.missed === 0) return;
    this.logger.warn(`A listener is told again; it missed ${listening.missed} events.`);
    listening.missed = 0;
  }
}

/** What listeners share: none of them can change it, and nothing is in it that isn't promised. */
function frozen(happening: Happening): DomainEvent {
  const account = 'account' in happening ? { account: accountOf(happening.account) } : undefined;
  // In this order, so that one that is handed on from another DomainEvents keeps its time.
  return Object.freeze({ at: Date.now(), ...happening, ...account } as DomainEvent);
}

function accountOf({ id, username, email }: EventAccount): EventAccount {
  return Object.freeze({ id, username, email });
}

function said(error: unknown): string {
  return error instanceof Error ? String(error.stack) : inspect(error);
}
