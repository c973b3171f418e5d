import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Principal } from '../../policy/index.js';
import type { Change } from '../../validity/index.js';

/**
 * Bytes that may wait for a reader. The events are shared by all streams, so they take this once; but who is so far
 * behind doesn't read.
 */
const MOST_WAITING = 1024 * 1024;

/** Milliseconds that a reader gets to take what was written, after the end. */
const LAST_WORDS = 500;

/** Whom a stream is for, and until when. */
export interface Subscription {
  readonly token: string;
  readonly principal: Principal;
  /** Milliseconds of the monotonic clock. */
  readonly endsAt: number;
}

/** One open stream. */
export class EventStream {
  private ended = false;

  constructor(
    readonly subscription: Subscription,
    private readonly response: ServerResponse,
    private readonly headers: OutgoingHttpHeaders,
  ) {}

  /**
   * Writes the head and the first event.
   *
   * @param closed told once, when the connection has ended, whoever ended it
   */
  open(first: Buffer, closed: () => void): void {
    this.response.on('close', closed);
    // A connection that breaks is no error: the reader comes back.
    this.response.on('error', () => {});
    this.response.writeHead(200, {
      ...this.headers,
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      // nginx, and others that have learned it from nginx, would hold events back otherwise.
      'X-Accel-Buffering': 'no',
      // When the stream ends the connection does, so that it never holds up the end of the service.
      Connection: 'close',
    });
    this.response.write(first);
  }

  /** Writes an event; answers false, having cut the stream, when the reader doesn't keep up. */
  write(event: Buffer): boolean {
    if (this.ended) return true;
    this.response.write(event);
    if (this.response.writableLength <= MOST_WAITING) return true;
    this.ended = true;
    this.response.destroy();
    return false;
  }

  /** Ends it after what was written. Nothing is written after this. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.response.end();
    setTimeout(() => this.response.destroy(), LAST_WORDS).unref();
  }

  /** Whether its time is over, or its token's. */
  isOver(monotonic: number, wall: number): boolean {
    const { endsAt, principal } = this.subscription;
    return monotonic >= endsAt || wall >= principal.token!.expiresAt * 1_000;
  }

  /** Whether one of the changes may have ended the token that opened it, or taken its permission. */
  hangsOn(changes: readonly Change[]): boolean {
    const { id, token } = this.subscription.principal;
    return changes.some(({ kind, subject }) => {
      if (kind === 'token') return subject === token!.jti;
      if (kind === 'session') return subject === token!.sessionId;
      if (kind === 'account') return subject === id;
      if (kind === 'client') return subject === token!.clientId;
      return true;
    });
  }
}
