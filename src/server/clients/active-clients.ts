import { Injectable } from '@nestjs/common';
import type { Change } from '../../validity/index.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { type ActiveClient, ClientsService } from './clients.service.js';

interface Held {
  readonly client: ActiveClient;
  /** Milliseconds of the monotonic clock. */
  readonly until: number;
}

interface Load {
  /** How many drops there had been when it began. */
  readonly drops: number;
  readonly client: Promise<ActiveClient | null>;
}

/** A former secret ends by the clock, which no change tells; so nothing is held for longer. Milliseconds. */
const HELD_FOR = 1_000;
const MOST_HELD = 1_000;

/**
 * The clients that are switched on, from memory where they were asked for a moment ago: every request to an OAuth
 * endpoint needs one. What is held is dropped when the client, a secret of it, or its service account changes, and is
 * used only while the news of changes is fresh.
 */
@Injectable()
export class ActiveClients {
  private readonly held = new Map<string, Held>();
  private readonly loads = new Map<string, Load>();
  private drops = 0;

  constructor(
    private readonly clients: ClientsService,
    private readonly feed: ChangeFeed,
  ) {
    feed.subscribe((changes) => changes.forEach((change) => this.apply(change)));
  }

  /** As {@link ClientsService.findActive}. */
  async find(clientId: string): Promise<ActiveClient | null> {
    const known = this.held.get(clientId);
    if (known && this.feed.isFresh && performance.now() < known.until) return known.client;
    // Many ask at once for a client that isn't held, such as all that come back after a restart. Who comes later joins
    // only what nothing has dropped since, and asks again where there was no client: it may have been made meanwhile.
    const load = this.loads.get(clientId);
    const joined = load?.drops === this.drops && this.feed.isFresh ? await load.client : null;
    return joined ?? this.load(clientId);
  }

  private async load(clientId: string): Promise<ActiveClient | null> {
    const { drops } = this;
    const load: Load = { drops, client: this.clients.findActive(clientId) };
    this.loads.set(clientId, load);
    const client = await load.client.finally(() => {
      if (this.loads.get(clientId) === load) this.loads.delete(clientId);
    });
    // What changed while it was looked up may not be in it.
    if (client && drops === this.drops) {
      if (this.held.size >= MOST_HELD) this.held.clear();
      this.held.set(clientId, { client, until: performance.now() + HELD_FOR });
    }
    return client;
  }

  private apply({ kind, subject }: Change): void {
    if (kind !== 'client' && kind !== 'account' && kind !== 'all') return;
    this.drops++;
    for (const [clientId, { client }] of this.held) {
      if (kind === 'all' || subject === (kind === 'client' ? clientId : client.accountId)) this.held.delete(clientId);
    }
  }
}
