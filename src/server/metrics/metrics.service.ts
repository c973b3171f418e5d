import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { CachingTokenVerifier } from '../../validity/index.js';
import { FailedLogins } from '../audit/failed-logins.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { EventStreams } from '../events/event-streams.js';
import { MailDelivery } from '../mail/mail-delivery.js';
import { StoredMails } from '../mail/stored-mails.js';

/** What the service tells of itself, in Prometheus' format. Read from where it is when it is asked for: no cost before. */
@Injectable()
export class MetricsService {
  /** Of its own, since the default one would be shared by two services in one process. */
  private readonly registry = new Registry();

  constructor(
    feed: ChangeFeed,
    verifier: CachingTokenVerifier<never>,
    streams: EventStreams,
    failedLogins: FailedLogins,
    mails: MailDelivery,
    storedMails: StoredMails,
  ) {
    collectDefaultMetrics({ register: this.registry });
    this.gauge(
      'gatehouse_lease_age_seconds',
      'Age of the look that what is known rests on',
      () => feed.status.leaseAge / 1_000,
    );
    this.gauge('gatehouse_lease_fresh', 'Whether tokens are decided (1) or refused (0)', () =>
      Number(feed.status.fresh),
    );
    this.gauge(
      'gatehouse_change_position',
      'Last position of the change log that was applied',
      () => feed.status.position,
    );
    this.gauge('gatehouse_change_lag', 'Changes that are heard of and not yet applied', () => feed.status.lag);
    this.gauge('gatehouse_cached_tokens', 'Verified tokens held', () => verifier.held.tokens);
    this.gauge('gatehouse_cached_bytes', 'Bytes that they are said to take', () => verifier.held.bytes);
    this.gauge('gatehouse_event_streams', 'Streams of connected applications that are open', () => streams.open);
    this.counter(
      'gatehouse_event_streams_cut_total',
      'Streams cut because their reader didn’t keep up',
      () => streams.counts.cut,
    );
    this.counter(
      'gatehouse_event_drops_total',
      'Drops sent to connected applications, once for each stream',
      () => streams.counts.drops,
    );
    this.counter(
      'gatehouse_failed_logins_without_row_total',
      'Failed logins that the audit has only in a sum',
      () => failedLogins.withoutRow,
    );
    this.counter('gatehouse_mails_sent_total', 'Mails that were handed over', () => mails.counts.sent);
    this.counter('gatehouse_mails_failed_total', 'Attempts to send a mail that failed', () => mails.counts.failed);
    this.gaugeOfMails(feed, storedMails);
    // Registers itself.
    // oxlint-disable-next-line no-new -- a metric enters itself in its registry
    new Counter({
      name: 'gatehouse_token_decisions_total',
      help: 'Tokens decided: from memory (hit), looked up (loaded), refused, or nothing could be said (unknown)',
      labelNames: ['mode'],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const [mode, count] of Object.entries(verifier.decisions)) this.inc({ mode }, count);
      },
    });
  }

  /** All of it, and its media type. */
  async read(): Promise<{ text: string; type: string }> {
    return { text: await this.registry.metrics(), type: this.registry.contentType };
  }

  /** Asked of the database, since all instances share them; -1 where it can't be asked. */
  private gaugeOfMails(feed: ChangeFeed, stored: StoredMails): void {
    const unknown = { waiting: -1, givenUp: -1 };
    // Registers itself.
    // oxlint-disable-next-line no-new -- a metric enters itself in its registry
    new Gauge({
      name: 'gatehouse_mails',
      help: 'Mails that wait to be sent, and those that nobody tries to send any more',
      labelNames: ['state'],
      registers: [this.registry],
      async collect() {
        const { waiting, givenUp } = feed.isFresh ? await stored.count().catch(() => unknown) : unknown;
        this.set({ state: 'waiting' }, waiting);
        this.set({ state: 'given_up' }, givenUp);
      },
    });
  }

  private counter(name: string, help: string, read: () => number): void {
    // Registers itself.
    // oxlint-disable-next-line no-new -- a metric enters itself in its registry
    new Counter({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }

  private gauge(name: string, help: string, read: () => number): void {
    // Registers itself.
    // oxlint-disable-next-line no-new -- a metric enters itself in its registry
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        const value = read();
        this.set(Number.isFinite(value) ? value : -1);
      },
    });
  }
}
