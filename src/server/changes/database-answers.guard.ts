import { Injectable, type CanActivate } from '@nestjs/common';
import { DomainError } from '../domain-error.js';
import { ChangeFeed } from './change-feed.js';

/**
 * In front of what everybody may ask for and the database has to answer. Where tokens are looked at, that shows within
 * moments that the database is silent; here a connection that broke without a word would be waited for, for half a minute.
 * Who is turned away has had no statement sent for them, so nothing of it is done later.
 */
@Injectable()
export class DatabaseAnswers implements CanActivate {
  constructor(private readonly feed: ChangeFeed) {}

  /** @throws DomainError `overloaded` */
  async canActivate(): Promise<true> {
    if (this.feed.isFresh || (await this.feed.becomeFresh())) return true;
    throw new DomainError('overloaded', 'The database can’t be reached. Try again shortly.');
  }
}
