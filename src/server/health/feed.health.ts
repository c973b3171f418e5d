import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { ChangeFeed } from '../changes/change-feed.js';

/** Whether the news of what died is fresh, so that tokens are decided. */
@Injectable()
export class FeedHealth {
  constructor(
    private readonly indicator: HealthIndicatorService,
    private readonly feed: ChangeFeed,
  ) {}

  /** Never throws. */
  check(): HealthIndicatorResult<'changes'> {
    const { leaseAge, position, lag, fresh } = this.feed.status;
    const health = this.indicator.check('changes');
    const details = { leaseAgeMs: Number.isFinite(leaseAge) ? Math.round(leaseAge) : null, position, lag };
    return fresh ? health.up(details) : health.down(details);
  }
}
