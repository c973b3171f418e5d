import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { ProblemException } from '../../access/index.js';
import { Events, type Principal } from '../../policy/index.js';
import { ChangeFeed } from '../changes/change-feed.js';
import type { News } from '../changes/change-log.js';
import { hasReached, parseCursor } from '../changes/cursor.js';
import { OwnAudienceVerifier } from '../tokens/own-audience.verifier.js';
import { HEARTBEAT, heartbeatFrame, openedFrame } from './event-frames.js';
import { EventStream } from './event-stream.js';
import { RecentDrops } from './recent-drops.js';

/** Bytes of drops that are remembered for those who come back: some 8,000. */
const REMEMBERED = 512 * 1024;

/** Milliseconds from one look at lease and ends to the next. */
const TICK = 50;

/** The longest life of a stream in milliseconds, and the share of it by which those that began together end apart. */
const LONGEST = 15 * 60_000;
const SPREAD = 0.2;

/** A request for a stream that the guard has let in. */
export interface StreamRequest {
  readonly token: string;
  readonly principal: Principal;
  /** When it was accepted, in milliseconds of the monotonic clock. */
  readonly acceptedAt: number;
  /** `Last-Event-ID`, as it came. */
  readonly lastEventId: string | undefined;
}

/** What the streams did since the start. */
export interface StreamCounts {
  /** Streams that were cut because their reader didn't keep up. */
  cut: number;
  /** Drops that were sent, counted once for each stream. */
  drops: number;
}

/**
 * The streams of connected applications (decision 14): tells them what died or changed, and up to which moment they know
 * everything. An instance whose own lease has lapsed vouches for nothing, and ends them.
 */
@Injectable()
export class EventStreams implements OnModuleInit, OnModuleDestroy {
  private readonly streams = new Set<EventStream>();
  private recent: RecentDrops;
  private timer: NodeJS.Timeout | undefined;
  private lastHeartbeat = -Infinity;
  private stopping = false;

  /** Counted for metrics. */
  readonly counts: StreamCounts = { cut: 0, drops: 0 };

  constructor(
    private readonly feed: ChangeFeed,
    private readonly verifier: OwnAudienceVerifier,
  ) {}

  onModuleInit(): void {
    this.recent = new RecentDrops(this.feed.cursor, REMEMBERED);
    this.feed.follow((news) => this.tell(news));
    this.timer = setInterval(() => this.tick(), TICK).unref();
  }

  /** First of all, so that readers go elsewhere while requests under way are answered, and hold nothing up. */
  onModuleDestroy(): void {
    this.stopping = true;
    clearInterval(this.timer);
    this.endAll();
  }

  /** How many are open. */
  get open(): number {
    return this.streams.size;
  }

  /**
   * Waits until this instance knows what the reader knows already: somebody who comes from another instance may be ahead.
   *
   * @throws ProblemException 503 when this instance can vouch for nothing now
   */
  async prepare(lastEventId: string | undefined): Promise<void> {
    const known = lastEventId === undefined ? undefined : parseCursor(lastEventId);
    if (known && !this.feed.hasLapsed && !hasReached(this.feed.cursor, known))
      await this.feed.catchUp().catch(() => {});
    if (this.stopping || this.feed.hasLapsed) throw notNow();
  }

  /** Opens a stream that {@link prepare} has allowed. */
  add(request: StreamRequest, response: ServerResponse, headers: OutgoingHttpHeaders): void {
    const { token, principal, acceptedAt, lastEventId } = request;
    const endsAt = acceptedAt + LONGEST * (1 - SPREAD * Math.random());
    const stream = new EventStream({ token, principal, endsAt }, response, headers);
    const known = lastEventId === undefined ? undefined : parseCursor(lastEventId);
    const missed = known && this.recent.after(known);
    const opened = openedFrame(missed ? known : this.recent.cursor, missed !== undefined, acceptedAt);
    this.streams.add(stream);
    stream.open(missed?.length ? Buffer.concat([opened, missed]) : opened, () => this.streams.delete(stream));
    // What happened between the guard's decision and now was told to others.
    void this.recheck([stream]);
  }

  private tell(news: News): void {
    const frame = this.recent.add(news);
    this.write(frame);
    this.counts.drops += news.changes.length * this.streams.size;
    void this.recheck([...this.streams].filter((stream) => stream.hangsOn(news.changes)));
  }

  private tick(): void {
    if (this.streams.size === 0) return;
    if (this.feed.hasLapsed) {
      this.endAll();
      return;
    }
    const monotonic = performance.now();
    const wall = Date.now();
    for (const stream of this.streams) if (stream.isOver(monotonic, wall)) this.end(stream);
    // Timers fire late rather than early, so the next tick might be too late by one.
    if (monotonic - this.lastHeartbeat < HEARTBEAT - TICK / 2) return;
    this.lastHeartbeat = monotonic;
    this.write(heartbeatFrame(this.feed.knownUpTo));
  }

  private write(event: Buffer): void {
    for (const stream of this.streams) {
      if (stream.write(event)) continue;
      this.counts.cut++;
      this.streams.delete(stream);
    }
  }

  /** Ends those whose token isn't good any more. One after the other, since thousands may have to be looked up. */
  private async recheck(streams: readonly EventStream[]): Promise<void> {
    for (const stream of streams) {
      if (this.streams.has(stream) && !(await this.maySubscribe(stream))) this.end(stream);
    }
  }

  private async maySubscribe({ subscription }: EventStream): Promise<boolean> {
    try {
      const principal = await this.verifier.verify(subscription.token);
      return principal.permissions.allows(Events.subscribe.name);
    } catch {
      // Dead, or nothing can be said: whoever comes back is told which.
      return false;
    }
  }

  private end(stream: EventStream): void {
    this.streams.delete(stream);
    stream.end();
  }

  private endAll(): void {
    for (const stream of this.streams) this.end(stream);
  }
}

function notNow(): ProblemException {
  return new ProblemException(
    {
      title: 'Service Unavailable',
      status: 503,
      detail: 'This instance hears no news at the moment. Try again shortly.',
    },
    { 'Retry-After': '1' },
  );
}
