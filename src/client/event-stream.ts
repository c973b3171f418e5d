import { setTimeout as sleep } from 'node:timers/promises';
import { now, type Change, type Moment } from '../validity/index.js';
import { pauseAfter } from './backoff.js';
import { sayCursor, type Cursor } from './cursor.js';
import type { FaultLog } from './fault-log.js';
import { LEASE, type NewsLease, type Opening } from './news-lease.js';
import { readNews, type News } from './news.js';
import type { OwnTokens } from './own-tokens.js';
import { errorOf, reasonOf, ServiceError } from './service-error.js';
import type { Service } from './service.js';
import { SseParser } from './sse-parser.js';

/** What a token needs to open the stream. */
const SCOPE = 'events:subscribe';

/** After which an answer to the request isn't waited for any more. Milliseconds. */
const PATIENCE = 3_000;

/**
 * A stream whose heartbeats come too late to be trusted for so long is opened anew: its request may have been held up on
 * the way, and its news would count as that much older until its end. Milliseconds.
 */
const LATE = 1_000;

/** What the stream is doing, for status and metrics. */
export interface StreamStatus {
  readonly state: 'connecting' | 'open' | 'waiting' | 'closed';
  /** The place in the news up to which everything was applied. */
  readonly cursor: string | undefined;
  /** How often it was opened. */
  readonly openings: number;
  /** Why it last ended. */
  readonly lastError: string | undefined;
}

/** Hears what died or changed from the service (decision 14), and goes on hearing it until it is closed. */
export class EventStream {
  private cursor: Cursor | undefined;
  private state: StreamStatus['state'] = 'connecting';
  private openings = 0;
  private failures = 0;
  private lastError: string | undefined;
  private readonly closing = new AbortController();
  private running: Promise<void> | undefined;

  /**
   * @param apply told of changes in their order; what it does is done when it returns
   * @param clock for tests
   */
  constructor(
    private readonly service: Service,
    private readonly tokens: OwnTokens,
    private readonly lease: NewsLease,
    private readonly apply: (changes: readonly Change[]) => void,
    private readonly faults: FaultLog,
    private readonly clock: () => Moment = now,
  ) {}

  /** Where it is; undefined before it was first opened. */
  get position(): Cursor | undefined {
    return this.cursor;
  }

  get status(): StreamStatus {
    const { state, openings, lastError } = this;
    return { state, openings, lastError, cursor: this.cursor && sayCursor(this.cursor) };
  }

  start(): void {
    this.running ??= this.run();
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.running;
    this.state = 'closed';
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      const session = new AbortController();
      const abort = (): void => session.abort();
      signal.addEventListener('abort', abort);
      try {
        this.state = 'connecting';
        await this.hear(session);
        this.lastError = undefined;
      } catch (error) {
        this.failed(error, session);
      } finally {
        signal.removeEventListener('abort', abort);
        session.abort();
      }
      this.state = 'waiting';
      await sleep(pauseAfter(this.failures), undefined, { signal }).catch(() => {});
    }
  }

  /** Opens the stream and hears it to its end. */
  private async hear(session: AbortController): Promise<void> {
    this.failures++;
    const token = await this.tokens.get({ scope: SCOPE, resource: this.service.settings.serviceAudience });
    const silence = new Silence(session);
    try {
      silence.expectWithin(PATIENCE);
      // Before it is sent: everything that the service says of its clock is after this moment.
      const sent = this.clock();
      const response = await this.service.send(this.service.at('/events'), {
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'text/event-stream',
          'cache-control': 'no-cache',
          ...(this.cursor && { 'last-event-id': sayCursor(this.cursor) }),
        },
        signal: session.signal,
      });
      if (!response.ok || !response.body) throw await errorOf(response);
      await this.read(chunksOf(response.body, session.signal), sent, silence);
    } finally {
      silence.end();
    }
  }

  private async read(body: AsyncIterable<Uint8Array>, sent: Moment, silence: Silence): Promise<void> {
    const parser = new SseParser();
    let opening: Opening | undefined;
    let lateAt = Infinity;
    for await (const bytes of body) {
      silence.expectWithin(LEASE);
      for (const event of parser.push(bytes)) {
        const news = readNews(event);
        if (news?.type === 'opened') {
          opening = { sent, clock: news.clock, lease: news.lease };
          lateAt = performance.now() + LATE;
          this.opened(news);
        } else if (news?.type === 'drop') {
          this.apply(news.changes);
          this.cursor = news.cursor;
        } else if (news && opening) {
          if (!this.lease.heartbeat(opening, news.clock)) throw new Error('a clock was set, or runs at another speed');
          if (this.lease.isFresh) {
            lateAt = performance.now() + LATE;
            this.failures = 0;
          } else if (performance.now() > lateAt) throw new Error('the news come too late to be trusted');
        }
      }
    }
  }

  private opened({ cursor, resumed }: News & { type: 'opened' }): void {
    if (!resumed) this.apply([{ kind: 'all', subject: '' }]);
    this.cursor = cursor;
    this.state = 'open';
    this.openings++;
    this.faults.over('stream');
  }

  private failed(error: unknown, session: AbortController): void {
    if (this.closing.signal.aborted) return;
    const cause: unknown = session.signal.aborted ? (session.signal.reason ?? error) : error;
    this.lastError = reasonOf(cause);
    if (cause instanceof ServiceError && cause.status === 401) this.tokens.forget();
    if (cause instanceof ServiceError && (cause.status === 401 || cause.status === 403)) {
      const { issuer, clientId } = this.service.settings;
      this.faults.report(
        'stream',
        `The service at ${issuer} lets the client "${clientId}" not hear of what dies (${cause.message}). Give its service account the role connected-application.`,
      );
    }
  }
}

/**
 * What comes, until it ends or the signal says so. The signal that a request was made with is not enough: Node may forget
 * it once the head of the answer is there (its own end of it is collected as garbage), and then nothing ends the body.
 */
async function* chunksOf(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  const cancel = (): void => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', cancel);
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener('abort', cancel);
    cancel();
  }
}

/** Ends a session on which nothing comes: a connection that is half closed looks like one on which nothing happens. */
class Silence {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly session: AbortController) {}

  expectWithin(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.session.abort(new Error(`nothing came for ${milliseconds} ms`)), milliseconds);
  }

  end(): void {
    clearTimeout(this.timer);
  }
}
