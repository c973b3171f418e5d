import type { Change, Freshness } from '../../validity/index.js';
import type { News } from './change-log.js';
import type { Cursor } from './cursor.js';

/** Told of changes in the order of their commits. What it answers is waited for before the news counts as known. */
export type ChangeListener = (changes: readonly Change[]) => void | Promise<void>;

/** Told of changes that every listener has applied. It must not throw, and nobody waits for it. */
export type NewsFollower = (news: News) => void;

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
  private readonly followers: NewsFollower[] = [];

  abstract readonly isFresh: boolean;
  abstract readonly status: FeedStatus;
  /** What has been applied here: everything up to this position, in this incarnation. Moves after the listeners are done. */
  abstract readonly cursor: Cursor;
  /**
   * The moment up to which everything that was committed has been applied here: the start of the last good look.
   * Milliseconds of the monotonic clock (`performance.now()`).
   */
  abstract readonly knownUpTo: number;
  /**
   * Whether that moment is further back than anybody may rely on. Unlike {@link isFresh}, it isn't touched by a change
   * that is just being applied.
   */
  abstract readonly hasLapsed: boolean;
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

  /** For those who pass the news on. Told together with the move of the cursor, and before {@link knownUpTo} moves past. */
  follow(follower: NewsFollower): void {
    this.followers.push(follower);
  }

  protected async tell(changes: readonly Change[]): Promise<void> {
    for (const listener of this.listeners) await listener(changes);
  }

  protected pass(news: News): void {
    for (const follower of this.followers) follower(news);
  }
}
