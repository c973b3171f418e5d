import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { LiveToken } from './token-registry.js';

/** Between two writes, in milliseconds. */
const INTERVAL = 60_000;

/** So many tokens are written at once; they are locked only for so long. */
const BATCH = 1_000;

/**
 * Notes when service tokens were last used, so that one that nobody uses any more can be found and revoked. Kept in
 * memory and written every minute at most; what was noted since is lost with the process, and only that.
 */
@Injectable()
export class LastUse implements BeforeApplicationShutdown {
  private readonly logger = new Logger(LastUse.name);
  private seen = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly database: DataSource) {}

  /** Notes a use of the token, if it is one of a service account. Called for each request. */
  note({ kind, jti }: Pick<LiveToken, 'kind' | 'jti'>): void {
    if (kind !== 'service') return;
    this.seen.set(jti, Date.now());
    this.timer ??= setTimeout(() => void this.write(), INTERVAL).unref();
  }

  /** Writes what was noted. A failure is logged, and what it concerns is written next time. */
  async write(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const uses = [...this.seen].toSorted(([left], [right]) => (left < right ? -1 : 1));
    this.seen = new Map();
    for (let start = 0; start < uses.length; start += BATCH) {
      const batch = uses.slice(start, start + BATCH);
      try {
        await this.writeBatch(batch);
      } catch (error) {
        this.logger.warn(`The last uses of ${batch.length} service tokens couldn’t be written: ${String(error)}`);
        this.keep(batch);
      }
    }
  }

  /** While the database is still open. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.write();
    clearTimeout(this.timer);
  }

  private async writeBatch(uses: [jti: string, at: number][]): Promise<void> {
    // Locked in one order by all instances, or two that write the same tokens could wait for each other.
    await this.database.query(
      `WITH used AS (SELECT * FROM unnest($1::uuid[], $2::float8[]) AS used (jti, at)),
            locked AS (SELECT jti FROM gatehouse.tokens WHERE jti = ANY ($1::uuid[]) ORDER BY jti FOR NO KEY UPDATE)
       UPDATE gatehouse.tokens SET last_used_at = greatest(last_used_at, to_timestamp(used.at / 1000))
         FROM used JOIN locked USING (jti) WHERE tokens.jti = used.jti`,
      [uses.map(([jti]) => jti), uses.map(([, at]) => at)],
    );
  }

  private keep(uses: [jti: string, at: number][]): void {
    for (const [jti, at] of uses) {
      if (!this.seen.has(jti)) this.seen.set(jti, at);
    }
    if (uses.length > 0) this.timer ??= setTimeout(() => void this.write(), INTERVAL).unref();
  }
}
