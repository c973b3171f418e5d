/** What an attempt at the head of a line is told. */
export type Turn<Granted, Refusal> =
  | { readonly outcome: 'granted'; readonly granted: Granted }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
  | { readonly outcome: 'wait' };

interface Waiter<Granted> {
  readonly grant: (granted: Granted) => void;
  readonly refuse: (error: unknown) => void;
}

/** Milliseconds until it is asked again, where nothing is heard of; it doubles at each time in vain. */
const SOONEST = 50;
const LATEST = 1_000;

/**
 * Lines of attempts that wait until others have ended, one line for each key. The first in line asks: when one of this
 * process has ended, or now and then, since one of another instance may have. Whoever comes later stands behind without
 * asking. What the first is refused with is said to all behind it.
 */
export class WaitingLines<Granted> {
  private readonly lines = new Map<string, Line<Granted>>();
  private waiting = 0;

  /** @param most how many may wait, in all lines together */
  constructor(private readonly most: number) {}

  /** Whether there is a line to stand in. */
  has(key: string): boolean {
    return this.lines.has(key);
  }

  /**
   * Waits for its turn.
   *
   * @param ask asks for the first in line; the same for all of one key
   * @returns undefined when too many wait already
   * @throws what it was refused with, or `ask` has thrown
   */
  async stand(key: string, ask: () => Promise<Turn<Granted, unknown>>): Promise<Granted | undefined> {
    if (this.waiting >= this.most) return undefined;
    const line = this.lines.get(key) ?? this.open(key, ask);
    this.waiting++;
    try {
      return await line.join();
    } finally {
      this.waiting--;
    }
  }

  /** To be called when one of a key has ended. */
  moved(key: string): void {
    this.lines.get(key)?.move();
  }

  private open(key: string, ask: () => Promise<Turn<Granted, unknown>>): Line<Granted> {
    const line = new Line(ask, () => this.lines.delete(key));
    this.lines.set(key, line);
    return line;
  }
}

class Line<Granted> {
  private readonly waiters: Waiter<Granted>[] = [];
  private isServed = false;
  private hasMoved = false;
  private wake: (() => void) | undefined;

  /** @param close called when nobody stands in it any more, before anybody could join */
  constructor(
    private readonly ask: () => Promise<Turn<Granted, unknown>>,
    private readonly close: () => void,
  ) {}

  join(): Promise<Granted> {
    const turn = new Promise<Granted>((grant, refuse) => this.waiters.push({ grant, refuse }));
    if (!this.isServed) void this.serve();
    return turn;
  }

  move(): void {
    this.hasMoved = true;
    this.wake?.();
  }

  private async serve(): Promise<void> {
    this.isServed = true;
    let pause = SOONEST;
    while (this.waiters.length > 0) {
      pause = (await this.movement(pause)) ? SOONEST : Math.min(pause * 2, LATEST);
      await this.letIn();
    }
    this.close();
  }

  /** Lets as many in as there is room for. */
  private async letIn(): Promise<void> {
    try {
      while (this.waiters.length > 0) {
        const turn = await this.ask();
        if (turn.outcome === 'wait') return;
        if (turn.outcome === 'refused') this.refuseAll(turn.refusal);
        else this.waiters.shift()!.grant(turn.granted);
      }
    } catch (error) {
      this.refuseAll(error);
    }
  }

  private refuseAll(error: unknown): void {
    for (const { refuse } of this.waiters.splice(0)) refuse(error);
  }

  /** Resolves when somebody has ended, or after a pause; tells which. */
  private async movement(pause: number): Promise<boolean> {
    if (!this.hasMoved) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pause);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.wake = undefined;
    }
    const { hasMoved } = this;
    this.hasMoved = false;
    return hasMoved;
  }
}
