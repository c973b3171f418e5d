import { once } from 'node:events';
import { request, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

/** An event as it was read, and when (milliseconds of this process's monotonic clock). */
export interface ReadEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: any;
  readonly at: number;
}

/** Opens `GET /events` and reads it, event by event, as a connected application does. */
export class EventReader {
  readonly events: ReadEvent[] = [];
  /** When the stream ended; undefined while it is open. */
  endedAt: number | undefined;
  private rest = '';
  private taken = 0;
  private wake: (() => void)[] = [];

  private constructor(
    readonly sentAt: number,
    private readonly outgoing: ClientRequest,
    private readonly response: IncomingMessage,
  ) {
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.read(text));
    response.on('error', () => {});
    response.on('close', () => {
      this.endedAt = performance.now();
      this.wakeAll();
    });
  }

  /** Opens it, whatever the status is. */
  static async open(url: string, token: string, lastEventId?: string): Promise<EventReader> {
    const sentAt = performance.now();
    const outgoing = request(`${url}/events`, {
      agent: false,
      headers: { authorization: `Bearer ${token}`, ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) },
    });
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    outgoing.on('error', () => {});
    return new EventReader(sentAt, outgoing, response);
  }

  get status(): number {
    return this.response.statusCode!;
  }

  get headers(): IncomingHttpHeaders {
    return this.response.headers;
  }

  /** The next event of this name that wasn't taken yet; those before it are passed over. @throws when the stream ends first */
  async next(event: string, limit = 5_000): Promise<ReadEvent> {
    const deadline = performance.now() + limit;
    for (;;) {
      while (this.taken < this.events.length) {
        const one = this.events[this.taken++]!;
        if (one.event === event) return one;
      }
      if (this.endedAt !== undefined) throw new Error(`the stream ended without ${event}`);
      await this.changed(deadline - performance.now());
    }
  }

  /** Waits for the end; answers when it came. */
  async end(limit = 5_000): Promise<number> {
    const deadline = performance.now() + limit;
    while (this.endedAt === undefined) await this.changed(deadline - performance.now());
    return this.endedAt;
  }

  /** Reads no more from the connection, which stays open. */
  stopReading(): void {
    this.response.pause();
  }

  resumeReading(): void {
    this.response.resume();
  }

  close(): void {
    this.outgoing.destroy();
  }

  private async changed(limit: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('nothing came in time')), Math.max(0, limit));
    });
    try {
      await Promise.race([new Promise<void>((resolve) => this.wake.push(resolve)), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private read(text: string): void {
    const at = performance.now();
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop()!;
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]));
      this.events.push({
        event: fields.get('event')!,
        id: fields.get('id'),
        data: JSON.parse(fields.get('data')!),
        at,
      });
    }
    this.wakeAll();
  }

  private wakeAll(): void {
    for (const wake of this.wake.splice(0)) wake();
  }
}
