import type { Change } from '../../validity/index.js';
import type { OpenDatabase } from '../database/open-database.js';
import { ChangeFeed, type FeedStatus } from './change-feed.js';

/** Triggers notify on this channel; the payload is the kind, a space, and the subject. */
const CHANNEL = 'gatehouse_changes';

/** How long to wait for listeners to be done with a change, in milliseconds. */
const PATIENCE = 1_000;

/** Before a listener that failed is told again, in milliseconds. */
const RETRY = 100;

/**
 * The feed of the embedded database. It has one writer, this process, and is told of each change at its commit, before
 * the statement that commits returns: no look and no lease are needed. Until listeners have done what they must to apply
 * a change, what is known isn't fresh.
 */
export class EmbeddedChangeFeed extends ChangeFeed {
  private applying: Promise<void> = Promise.resolve();
  private underWay = 0;
  private applied = 0;
  private stopped = false;

  /** Begins to listen. */
  static async start({ listen }: OpenDatabase): Promise<EmbeddedChangeFeed> {
    const feed = new EmbeddedChangeFeed();
    await listen!(CHANNEL, (payload) => feed.heard(payload));
    return feed;
  }

  get isFresh(): boolean {
    return this.underWay === 0;
  }

  get status(): FeedStatus {
    return { leaseAge: 0, position: this.applied, lag: this.underWay, fresh: this.isFresh };
  }

  async becomeFresh(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, PATIENCE)));
    await Promise.race([this.applying, late]);
    clearTimeout(timer);
    return this.isFresh;
  }

  catchUp(): Promise<void> {
    return this.applying;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.applying;
  }

  private heard(payload: string): void {
    const space = payload.indexOf(' ');
    const change = { kind: payload.slice(0, space), subject: payload.slice(space + 1) } as Change;
    this.underWay++;
    this.applied++;
    this.applying = Promise.all([this.applying, this.apply([change])])
      .then(() => undefined)
      .finally(() => this.underWay--);
  }

  /** Until it has been applied: a listener that failed doesn't know what it missed, and is told to drop everything. */
  private async apply(changes: readonly Change[]): Promise<void> {
    try {
      await this.tell(changes);
    } catch {
      if (this.stopped) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY));
      await this.apply([{ kind: 'all', subject: '' }]);
    }
  }
}
