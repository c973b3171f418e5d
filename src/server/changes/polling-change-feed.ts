import pg from 'pg';
import { Lease, now } from '../../validity/index.js';
import { ChangeFeed, type FeedStatus } from './change-feed.js';
import { readChanges } from './change-log.js';
import { hasReached, type Cursor } from './cursor.js';

/** All in milliseconds. */
export interface PollingTimes {
  /** Between the starts of two looks. */
  readonly interval: number;
  /** For which a look may be trusted, from its start. */
  readonly lease: number;
  /** After which a look, or a connection attempt, is given up and made anew. */
  readonly limit: number;
  /** For which a request waits for a look that is under way. */
  readonly patience: number;
}

const TIMES: PollingTimes = { interval: 25, lease: 200, limit: 1_000, patience: 1_000 };

/** Told of what goes wrong and right again; once each, not once a look. */
export interface FeedLogger {
  info(message: string): void;
  warn(message: string): void;
}

/**
 * The feed of PostgreSQL: looks at the change log every 25 ms, on a connection of its own, outside the pool, so that no
 * load on the pool delays the news. It needs no LISTEN, so poolers do no harm.
 *
 * A look that succeeded makes the lease run from its start. Whatever goes wrong (connection, server, time limit, a
 * listener) leaves the lease to lapse, and nothing is decided then.
 */
export class PollingChangeFeed extends ChangeFeed {
  private readonly lease: Lease;
  private client: pg.Client | undefined;
  private applied: Cursor | undefined;
  private lastStart = -Infinity;
  private looking: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private failing = false;

  private constructor(
    private readonly connection: pg.ClientConfig,
    private readonly logger: FeedLogger,
    private readonly times: PollingTimes,
  ) {
    super();
    this.lease = new Lease(times.lease);
  }

  /** Connects, takes the present end of the log as its beginning, and goes on looking until it is stopped. */
  static async start(url: string, logger: FeedLogger, times: Partial<PollingTimes> = {}): Promise<PollingChangeFeed> {
    const connection = { connectionString: url, application_name: 'gatehouse changes', keepAlive: true };
    const feed = new PollingChangeFeed(connection, logger, { ...TIMES, ...times });
    await feed.look();
    feed.schedule(feed.times.interval);
    return feed;
  }

  get isFresh(): boolean {
    return this.lease.isFresh;
  }

  get status(): FeedStatus {
    return { leaseAge: this.lease.age, position: this.applied?.position ?? 0, lag: 0, fresh: this.isFresh };
  }

  get cursor(): Cursor {
    // It isn't handed out before its first look.
    return this.applied!;
  }

  get knownUpTo(): number {
    return this.lastStart;
  }

  get hasLapsed(): boolean {
    return !this.lease.isFresh;
  }

  async becomeFresh(): Promise<boolean> {
    const deadline = performance.now() + this.times.patience;
    while (!this.isFresh && !this.stopped && performance.now() < deadline) {
      await within(this.look(), deadline - performance.now()).catch(() => {});
      // A look that failed at once isn't tried again at once by every request that waits.
      if (!this.isFresh) await new Promise((resolve) => setTimeout(resolve, this.times.interval));
    }
    return this.isFresh;
  }

  async catchUp(): Promise<void> {
    // One that is under way may have begun before the commit; the next can't have.
    await this.looking?.catch(() => {});
    await this.look();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.looking?.catch(() => {});
    await this.client?.end().catch(() => {});
  }

  private schedule(delay: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      const start = performance.now();
      void this.look()
        .catch(() => {})
        .finally(() => this.schedule(Math.max(1, this.times.interval - (performance.now() - start))));
    }, delay);
  }

  /** One look; joins the one that is under way. */
  private look(): Promise<void> {
    this.looking ??= this.lookOnce().finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async lookOnce(): Promise<void> {
    const start = now();
    try {
      await within(this.readAndTell(), this.times.limit);
      this.lease.renew(start);
      this.lastStart = start.monotonic;
      if (this.failing) this.logger.info('The change log can be read again.');
      this.failing = false;
    } catch (error) {
      this.abandon();
      if (!this.failing) {
        const reason = error instanceof Error ? error.message : String(error);
        this.logger.warn(`The change log can't be read (${reason}): no token is accepted until it can.`);
      }
      this.failing = true;
      throw error;
    }
  }

  private async readAndTell(): Promise<void> {
    const client = (this.client ??= await this.connect());
    const { changes, cursor } = await readChanges((query) => client.query(query), this.applied);
    if (changes.length > 0) await this.tell(changes);
    // A look that was given up in the meantime must not move the cursor of its successor.
    if (client !== this.client) return;
    const moved = !this.applied || !hasReached(this.applied, cursor);
    this.applied = cursor;
    if (moved || changes.length > 0) this.pass({ changes, cursor });
  }

  private async connect(): Promise<pg.Client> {
    const client = new pg.Client({ ...this.connection, connectionTimeoutMillis: this.times.limit });
    client.on('error', () => {
      if (this.client === client) this.abandon();
    });
    await client.connect();
    return client;
  }

  /** The connection may hang rather than fail, so its socket is closed without waiting for anything. */
  private abandon(): void {
    const client = this.client;
    this.client = undefined;
    if (!client) return;
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    void client.end().catch(() => {});
  }
}

/** Rejects when it takes longer. */
async function within<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), Math.max(0, milliseconds));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
