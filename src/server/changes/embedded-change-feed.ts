import { randomUUID } from 'node:crypto';
import type { Change } from '../../validity/index.js';
import type { OpenDatabase } from '../database/open-database.js';
import { ChangeFeed, type FeedStatus } from './change-feed.js';
import type { News } from './change-log.js';
import type { Cursor } from './cursor.js';

/** Triggers notify on this channel; the payload is the kind, a space, and the subject. */
const CHANNEL = 'gatehouse_changes';

/** How long to wait for listeners to be done with a change, in milliseconds. */
const PATIENCE = 1_000;

/** How long a change may take to be applied before others must not rely on this instance any more, in milliseconds. */
const LEASE = 200;

/** Before a listener that failed is told again, in milliseconds. */
const RETRY = 100;

/**
 * The feed of the embedded database. It has one writer, this process, and is told of each change at its commit, before
 * the statement that commits returns: no look and no lease are needed. Until listeners have done what they must to apply
 * a change, what is known isn't fresh.
 */
export class EmbeddedChangeFeed extends ChangeFeed {
  private applying: Promise<void> = Promise.resolve();
  /** When each change that isn't applied yet was heard. Milliseconds of the monotonic clock. */
  private readonly underWay: number[] = [];
  private heardOf = 0;
  // It counts what it hears, so its positions mean nothing to the process that comes after it.
  private applied: Cursor = { incarnation: randomUUID(), position: 0 };
  private stopped = false;

  /** @param stoppedAt since when the database tells nothing more: then what is known may not be trusted */
  private constructor(private readonly stoppedAt: OpenDatabase['stoppedAt']) {
    super();
  }

  /** Begins to listen. */
  static async start({ listen, stoppedAt }: OpenDatabase): Promise<EmbeddedChangeFeed> {
    const feed = new EmbeddedChangeFeed(stoppedAt);
    await listen!(CHANNEL, (payload) => feed.heard(payload));
    return feed;
  }

  get isFresh(): boolean {
    return this.underWay.length === 0 && this.stoppedAt() === undefined;
  }

  get status(): FeedStatus {
    return { leaseAge: 0, position: this.applied.position, lag: this.underWay.length, fresh: this.isFresh };
  }

  get cursor(): Cursor {
    return this.applied;
  }

  get knownUpTo(): number {
    return this.underWay[0] ?? this.stoppedAt() ?? performance.now();
  }

  get hasLapsed(): boolean {
    return performance.now() - this.knownUpTo >= LEASE;
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
    this.underWay.push(performance.now());
    const cursor = { incarnation: this.applied.incarnation, position: ++this.heardOf };
    this.applying = this.applyAfter(this.applying, { changes: [change], cursor });
  }

  /** Begins at once, and is done only when all that was heard before is. */
  private async applyAfter(former: Promise<void>, news: News): Promise<void> {
    await Promise.all([former, this.apply(news.changes)]);
    this.applied = news.cursor;
    this.pass(news);
    this.underWay.shift();
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
