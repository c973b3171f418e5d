import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Settings } from '../../config/settings.js';
import { TokenBucket } from '../../validity/index.js';
import { DomainEvents } from '../domain-events/domain-events.js';
import { nameKey } from '../names/name-key.js';
import { SETTINGS } from '../settings.token.js';
import type { Origin } from './actor.js';
import { RECORD } from './audit.js';
import { NameTags } from './name-tags.js';

/** Written with a row each: so many at once after a rest, and so many a second, at each instance. The others are summed up. */
const BURST = 1_000;
const RATE = 2;

/** Between two sums, in milliseconds; and of how many addresses each tells. */
const SUM_INTERVAL = 60_000;
const MOST_ADDRESSES = 20;

/** An attempt to log in that got no token. */
export interface FailedLogin extends Origin {
  /** As it was typed. */
  readonly name: string;
  readonly clientId: string;
  /**
   * Why, where the password was right: somebody knows it. Left out where it wasn't, or there was nothing to compare it
   * with; which of these is found out while it is written. `withheld`: too much had been guessed at this account under its
   * other name, so that what was typed didn't count, right or wrong (guessing/).
   */
  readonly reason?: 'switched-off-meanwhile' | 'scope-not-held' | 'withheld';
}

// The name is looked up in the same way whether it is anybody's or not.
const INSERT = `${RECORD}
  SELECT 'login.failed', NULL, NULL, CASE WHEN account.id IS NOT NULL THEN 'user' END, account.id::text, account.username,
         tried.address, tried.agent, tried.request_id, NULL,
         jsonb_build_object(
           'clientId', tried.client_id,
           'reason', CASE WHEN tried.reason <> '' THEN tried.reason WHEN account.id IS NULL THEN 'unknown'
                          WHEN NOT account.is_active THEN 'disabled'
                          WHEN account.must_be_verified THEN 'unverified' ELSE 'wrong-password' END)
         || CASE WHEN account.id IS NULL THEN jsonb_build_object('nameTag', tried.tag) ELSE '{}' END
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
           AS tried (name_key, tag, client_id, reason, address, agent, request_id)
    LEFT JOIN LATERAL (
      SELECT id, username, is_active, $8 AND NOT is_verified AND source = 'local' AS must_be_verified FROM gatehouse.accounts
       WHERE (username_key = tried.name_key OR email_key = tried.name_key) AND kind = 'user' LIMIT 1) AS account ON true`;

const INSERT_SUM = `${RECORD} VALUES ('login.failures-summed', NULL, NULL, NULL, NULL, NULL, NULL, '', NULL, NULL, $1)`;

/**
 * Writes failed logins down before they are answered, in one statement for all that fail while the one before is under
 * way: a flood of them takes one connection. Beyond a rate only their number is kept, and written once a minute, so that
 * nobody fills the database by guessing.
 */
@Injectable()
export class FailedLogins implements BeforeApplicationShutdown {
  private readonly logger = new Logger(FailedLogins.name);
  private readonly bucket = new TokenBucket(RATE, BURST);
  private readonly tags: NameTags;
  private waiting: FailedLogin[] = [];
  private writing: Promise<void> | undefined;
  private next: Promise<void> | undefined;
  private summed = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private total = 0;

  constructor(
    private readonly database: DataSource,
    private readonly events: DomainEvents,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.tags = new NameTags(settings.appSecret!);
  }

  /** How many got no row of their own since the start. */
  get withoutRow(): number {
    return this.total;
  }

  /** Resolves when it is written, summed up, or can't be: a login that failed has failed either way. */
  async record(login: FailedLogin): Promise<void> {
    if (this.bucket.take()) {
      this.waiting.push(login);
      this.next ??= this.writeNext();
      await this.next;
    } else {
      this.sum(login.address);
    }
    const { clientId, address } = login;
    this.events.publish({ type: 'LoginFailed', clientId, address });
  }

  /** While the database is still open. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.writeSum();
  }

  /** What fails while one batch is written goes into the next. */
  private async writeNext(): Promise<void> {
    await this.writing;
    const batch = this.waiting;
    this.waiting = [];
    this.writing = this.next;
    this.next = undefined;
    await this.write(batch);
  }

  private async write(batch: readonly FailedLogin[]): Promise<void> {
    const keys = batch.map(({ name }) => nameKey(name));
    const column = (pick: (login: FailedLogin) => string | null): (string | null)[] => batch.map(pick);
    try {
      await this.database.query(INSERT, [
        keys,
        keys.map((key) => this.tags.of(key)),
        column(({ clientId }) => clientId),
        column(({ reason }) => reason ?? ''),
        column(({ address }) => address),
        column(({ agent }) => agent),
        column(({ requestId }) => requestId),
        this.settings.requireVerifiedEmail,
      ]);
    } catch (error) {
      for (const { address } of batch) this.sum(address);
      this.logger.warn(`Failed logins could not be written to the audit, and were counted: ${String(error)}`);
    }
  }

  private sum(address: string | null): void {
    this.total++;
    const key = this.summed.size < MOST_ADDRESSES || this.summed.has(address ?? '') ? (address ?? '') : 'others';
    this.summed.set(key, (this.summed.get(key) ?? 0) + 1);
    this.timer ??= setTimeout(() => void this.writeSum(), SUM_INTERVAL).unref();
  }

  /** Writes how many there were since the last time; called by itself after a minute. */
  async writeSum(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.summed.size === 0) return;
    const summed = this.summed;
    this.summed = new Map();
    const count = [...summed.values()].reduce((one, other) => one + other, 0);
    this.logger.warn(`Failed logins without a row of their own in the audit: ${count}`);
    try {
      await this.database.query(INSERT_SUM, [JSON.stringify({ count, addresses: Object.fromEntries(summed) })]);
    } catch (error) {
      this.logger.warn(`The sum of failed logins could not be written to the audit: ${String(error)}`);
    }
  }
}
