import type { Change, Freshness } from '../../validity/index.js';

/** Told of changes in the order of their commits. What it answers is waited for before the news counts as known. */
export type ChangeListener = (changes: readonly Change[]) => void | Promise<void>;

/** How far this instance is with the news, for health checks and metrics. */
export interface FeedStatus {
  /** Milliseconds since the moment up to which everything is known; 0 where it always is. */
  readonly leaseAge: number;
  readonly position: number;
  /** How many committed changes this instance hasn't applied, as of its last look. */
  readonly lag: number;
  readonly fresh: boolean;
}

/** The news of what died or changed, wherever it was done. */
export abstract class ChangeFeed implements Freshness {
  private readonly listeners: ChangeListener[] = [];

  abstract readonly isFresh: boolean;
  abstract readonly status: FeedStatus;
  abstract becomeFresh(): Promise<boolean>;

  /**
   * Applies everything that was committed before this call. Whoever changed something calls it before it answers, so
   * that the change has been applied here when its caller goes on.
   */
  abstract catchUp(): Promise<void>;

  /** Ends it. Nothing is fresh any more soon after. */
  abstract stop(): Promise<void>;

  /** Before anything is loaded, so that nothing falls between the loading and the listening. */
  subscribe(listener: ChangeListener): void {
    this.listeners.push(listener);
  }

  protected async tell(changes: readonly Change[]): Promise<void> {
    for (const listener of this.listeners) await listener(changes);
  }
}
