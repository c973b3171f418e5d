import { Injectable } from '@nestjs/common';
import { ValidityUnknownError } from '../../validity/index.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { formatCursor, hasReached, parseCursor } from '../changes/cursor.js';
import { OAuthError } from './oauth-error.js';

/** The header in which a connected application says how far it has heard (decision 14). */
export const POSITION_HEADER = 'Gatehouse-Position';

/**
 * Where this instance is in the news, held against where the caller is: an answer from before what the caller has heard
 * could bring back to life what it has dropped.
 */
@Injectable()
export class IntrospectionPosition {
  constructor(private readonly feed: ChangeFeed) {}

  /** The cursor at which an answer holds that is decided from now on: all that was committed up to it counts in it. */
  get asOf(): string {
    return formatCursor(this.feed.cursor);
  }

  /**
   * Waits for fresh news, a second at most: without them nothing is said of any token, and a database that hangs isn't
   * worth waiting for.
   *
   * @throws ValidityUnknownError
   */
  async requireFresh(): Promise<void> {
    if (!this.feed.isFresh && !(await this.feed.becomeFresh())) throw new ValidityUnknownError();
  }

  /**
   * Brings this instance to where the caller is. A cursor of another incarnation of the database can't be reached, and
   * doesn't stand in the way: the caller sees by `as_of` that the answer is of another one.
   *
   * @param header as it came
   * @throws OAuthError `invalid_request`; ValidityUnknownError when it can't be brought there
   */
  async reach(header: string): Promise<void> {
    const known = parseCursor(header);
    if (!known) throw new OAuthError('invalid_request', `${POSITION_HEADER} must be <incarnation>:<position>.`);
    if (hasReached(this.feed.cursor, known)) return;
    await this.feed.catchUp().catch((cause: unknown) => {
      throw new ValidityUnknownError({ cause });
    });
    const { cursor } = this.feed;
    if (cursor.incarnation === known.incarnation && cursor.position < known.position) throw new ValidityUnknownError();
  }
}
