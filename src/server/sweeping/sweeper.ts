import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Between two rounds, in milliseconds; and the share of it by which instances that started together drift apart. */
const INTERVAL = 10 * 60_000;
const JITTER = 0.2;

/** So many rows are locked at once, for the few milliseconds that it takes to delete them. */
const BATCH = 1_000;

/** Each deletes a batch, and answers how many rows that were. Rows that somebody works on are left for the next round. */
const BATCHES = [
  // What was revoked stays until it expires: until then its row is what makes it dead.
  `WITH expired AS (SELECT jti FROM gatehouse.tokens WHERE expires_at <= now() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED),
        gone AS (DELETE FROM gatehouse.tokens USING expired WHERE tokens.jti = expired.jti RETURNING 1)
   SELECT count(*)::int AS swept FROM gone`,
  // Deleting a session deletes its tokens, so those go first, in batches of their own.
  `WITH expired AS (SELECT id FROM gatehouse.sessions
                     WHERE expires_at <= now() AND NOT EXISTS (SELECT FROM gatehouse.tokens WHERE session_id = sessions.id)
                     ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED),
        gone AS (DELETE FROM gatehouse.sessions USING expired WHERE sessions.id = expired.id RETURNING 1)
   SELECT count(*)::int AS swept FROM gone`,
  // From below, without gaps, up to the first row that is younger than an hour: readers within that hour miss nothing,
  // and one that is further behind can tell by swept_to that it has missed something.
  `WITH lowest AS (SELECT position, created_at FROM gatehouse.changes WHERE position IS NOT NULL ORDER BY position LIMIT $1),
        young AS (SELECT min(position) AS position FROM lowest WHERE created_at > now() - interval '1 hour'),
        gone AS (DELETE FROM gatehouse.changes USING lowest, young
                  WHERE changes.position = lowest.position AND (young.position IS NULL OR lowest.position < young.position)
                 RETURNING changes.position),
        moved AS (UPDATE gatehouse.change_sweep SET swept_to = greatest(swept_to, last)
                    FROM (SELECT max(position) AS last FROM gone) AS swept WHERE last IS NOT NULL)
   SELECT count(*)::int AS swept FROM gone`,
  // Mails that nobody tries to send any more: a month is long enough to see why.
  `WITH old AS (SELECT id FROM gatehouse.mails WHERE given_up_at <= now() - interval '30 days' LIMIT $1 FOR UPDATE SKIP LOCKED),
        gone AS (DELETE FROM gatehouse.mails USING old WHERE mails.id = old.id RETURNING 1)
   SELECT count(*)::int AS swept FROM gone`,
  `WITH old AS (SELECT kind, recipient_key FROM gatehouse.mail_counts
                 WHERE enqueued_at[cardinality(enqueued_at)] <= now() - interval '1 hour' LIMIT $1 FOR UPDATE SKIP LOCKED),
        gone AS (DELETE FROM gatehouse.mail_counts AS counts USING old
                  WHERE (counts.kind, counts.recipient_key) = (old.kind, old.recipient_key) RETURNING 1)
   SELECT count(*)::int AS swept FROM gone`,
];

/**
 * Removes what has expired and what nobody needs to hear any more: in small batches, each a transaction of its own, by
 * one instance at a time, every ten minutes.
 */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Sweeper.name);
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<unknown> = Promise.resolve();
  private stopped = false;

  constructor(private readonly database: DataSource) {}

  onApplicationBootstrap(): void {
    this.schedule();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.sweeping;
  }

  /** One round; answers how many rows it removed. Where another instance is at it, it leaves the rest to that one. */
  async sweep(): Promise<number> {
    let total = 0;
    for (const batch of BATCHES) {
      for (let swept = BATCH; swept === BATCH && !this.stopped; total += swept) swept = await this.sweepBatch(batch);
    }
    return total;
  }

  private async sweepBatch(statement: string): Promise<number> {
    return this.database.transaction(async (manager) => {
      const [{ mine }] = await manager.query<[{ mine: boolean }]>(
        `SELECT pg_try_advisory_xact_lock(hashtextextended('gatehouse.sweep', 0)) AS mine`,
      );
      if (!mine) return 0;
      const [{ swept }] = await manager.query<[{ swept: number }]>(statement, [BATCH]);
      return swept;
    });
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(
      () => {
        this.sweeping = this.sweep()
          .catch((error: unknown) => this.logger.warn(`What has expired was not swept away: ${String(error)}`))
          .finally(() => this.schedule());
      },
      INTERVAL * (1 + JITTER * (Math.random() - 0.5)),
    ).unref();
  }
}
