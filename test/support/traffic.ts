import { Agent, request } from 'node:http';

/** One answer: when it was asked for, when it came, and what it was; 0 where no answer came. Milliseconds. */
export interface Seen {
  readonly token: string;
  readonly start: number;
  readonly end: number;
  readonly status: number;
}

/** Asks a route without pause with each of some tokens in turn, and remembers what it was answered. */
export class Traffic {
  readonly seen: Seen[] = [];
  private readonly agent = new Agent({ keepAlive: true });
  private running = true;
  private readonly loops: Promise<void>[];

  constructor(
    private readonly address: string,
    private readonly tokens: readonly string[],
    concurrency = 4,
  ) {
    this.loops = Array.from({ length: concurrency }, (_, loop) => this.loop(loop));
  }

  /** Waits for the next answer of this status to a request that was made from now on; answers when it came. */
  async next(status: number, limit: number): Promise<number> {
    const from = performance.now();
    for (let checked = this.seen.length; performance.now() - from < limit;) {
      const found = this.seen.slice(checked).find((one) => one.status === status && one.start >= from);
      if (found) return found.end;
      checked = this.seen.length;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(
      `no ${status} within ${limit} ms; the last answers: ${this.seen
        .slice(-5)
        .map((one) => one.status)
        .join()}`,
    );
  }

  async stop(): Promise<readonly Seen[]> {
    this.running = false;
    await Promise.all(this.loops);
    this.agent.destroy();
    return this.seen;
  }

  private async loop(first: number): Promise<void> {
    for (let turn = first; this.running; turn++) {
      const token = this.tokens[turn % this.tokens.length]!;
      const start = performance.now();
      const status = await this.ask(token);
      this.seen.push({ token, start, end: performance.now(), status });
      // A refusal must not become a tight loop that starves everybody of the processor.
      if (status !== 200) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  private ask(token: string): Promise<number> {
    return new Promise((resolve) => {
      const outgoing = request(
        this.address,
        { agent: this.agent, timeout: 15_000, headers: { authorization: `Bearer ${token}` } },
        (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode ?? 0));
          response.on('error', () => resolve(0));
        },
      );
      outgoing.on('error', () => resolve(0));
      outgoing.on('timeout', () => outgoing.destroy());
      outgoing.end();
    });
  }
}

/** The requests that were accepted although their token had been dead for longer than the bound when they were made. */
export function acceptedDead(seen: readonly Seen[], deadAt: ReadonlyMap<string, number>, bound: number): Seen[] {
  return seen.filter(({ token, start, status }) => status === 200 && start > (deadAt.get(token) ?? Infinity) + bound);
}
