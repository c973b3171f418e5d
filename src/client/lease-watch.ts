import type { GatehouseLogger } from './logger.js';
import type { NewsLease } from './news-lease.js';
import type { UnreachableMode } from './when-unreachable.js';

/** Between two looks. They decide nothing: each request compares the lease with the clock itself. Milliseconds. */
const INTERVAL = 200;

/** An application that has just started is not said to be cut off before so many looks. */
const FIRST_LOOKS = 10;

const MEANING: Readonly<Record<UnreachableMode['name'], string>> = {
  introspect: 'each request is introspected (whenUnreachable: introspect)',
  refuse: 'everything guarded is answered 503 (whenUnreachable: refuse)',
  'accept-for': 'known tokens are accepted for a while, although they may be dead (whenUnreachable: accept-for)',
};

/** Says once when the lease lapses, and once when it is back. */
export class LeaseWatch {
  private readonly timer: NodeJS.Timeout;
  private looks = 0;
  private wasFresh: boolean | undefined;

  constructor(
    private readonly lease: NewsLease,
    private readonly mode: UnreachableMode,
    private readonly logger: GatehouseLogger,
    private readonly reason: () => string | undefined,
  ) {
    this.timer = setInterval(() => this.look(), INTERVAL);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const { isFresh } = this.lease;
    this.looks++;
    if (isFresh === this.wasFresh || (!isFresh && this.wasFresh === undefined && this.looks < FIRST_LOOKS)) return;
    if (!isFresh) {
      const reason = this.reason();
      this.logger.warn(
        `Gatehouse: no news of what died${reason ? ` (${reason})` : ''}. Until they come, ${MEANING[this.mode.name]}.`,
      );
    } else if (this.wasFresh === false) {
      this.logger.info('Gatehouse: the news of what died arrive again; tokens are verified from memory.');
    }
    this.wasFresh = isFresh;
  }
}
