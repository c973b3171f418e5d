import { ask, isOpen, type Answered, type Request } from './http.js';
import { CampaignInStorm, ClientInStorm, LoginInStorm, ServiceAccountInStorm } from './storm-subjects.js';

/** Asks the service that is there at the time. */
export type Ask = (method: string, path: string, request?: Request) => Promise<Answered>;

/** One thing that is written to, and what was promised about it by the answers. */
export interface Subject {
  /** Something was asked for, and no answer says whether it was done. */
  readonly uncertain: boolean;
  /** Nothing more can be done with it. */
  readonly over: boolean;
  /** Asks for one change, and notes what the answer promises. */
  act(ask: Ask, random: () => number): Promise<void>;
  /** Says which promises are broken, and settles what was uncertain. `thoroughly` may use it up. */
  check(ask: Ask, thoroughly: boolean): Promise<string[]>;
}

/** Who writes, and logs in. */
export interface People {
  readonly adminToken: string;
  readonly passwords: ReadonlyMap<string, string>;
}

const WORKERS = 8;
const NAMES = ['maria', 'frank', 'heidi', 'pat'];

/** Writes, logins, rotations and revocations, many at once and without pause, whose every acknowledgement is kept. */
export class Storm {
  /** How many changes were acknowledged or left open. */
  readonly counted = { acknowledged: 0, open: 0 };
  /** Answers that nobody should get in a storm, whatever dies: neither done, nor "not now". */
  readonly surprises: string[] = [];
  private readonly subjects: Subject[] = [];
  private touched = new Set<Subject>();
  private workers: Promise<void>[] = [];
  private running = false;
  private url = '';
  private made = 0;
  private awaited: { count: number; reached: () => void } | undefined;

  constructor(
    private readonly people: People,
    private readonly random: () => number,
  ) {}

  /** Begins, and goes on until it is halted. */
  start(url: string): void {
    this.url = url;
    this.running = true;
    this.workers = Array.from({ length: WORKERS }, (_, worker) => this.work(worker));
  }

  /** Waits until so many more changes have been acknowledged. */
  acknowledge(more: number): Promise<void> {
    return new Promise((reached) => {
      this.awaited = { count: this.counted.acknowledged + more, reached };
    });
  }

  /** Nothing new is asked for from now on; answers when everything has its answer, or will have none. */
  async halt(): Promise<void> {
    this.running = false;
    await Promise.all(this.workers);
  }

  /** Which promises are broken, of what was touched since the last check, or of everything. */
  async check(url: string, { everything = false } = {}): Promise<string[]> {
    this.url = url;
    const subjects = everything ? [...this.subjects] : [...this.touched];
    this.touched = new Set();
    const broken: string[] = [];
    const checkers = Array.from({ length: WORKERS }, async () => {
      for (let subject = subjects.pop(); subject; subject = subjects.pop()) {
        broken.push(...(await subject.check(this.ask, everything || this.random() < 0.3)));
      }
    });
    await Promise.all(checkers);
    return broken;
  }

  private readonly ask: Ask = (method, path, request) => ask(this.url, method, path, request);

  private async work(worker: number): Promise<void> {
    const own: Subject[] = [];
    while (this.running) {
      const usable = own.filter((one) => !one.uncertain && !one.over);
      const known = usable[Math.floor(this.random() * 4)];
      const subject = known ?? this.make(worker);
      if (!known) {
        own.push(subject);
        this.subjects.push(subject);
      }
      this.touched.add(subject);
      await subject.act(this.watched, this.random);
      // What can't be reached must not become a tight loop.
      if (subject.uncertain) await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  private make(worker: number): Subject {
    const name = `storm-${worker}-${this.made++}`;
    const { adminToken, passwords } = this.people;
    const kinds = [
      () => new CampaignInStorm(adminToken, name),
      () => new ClientInStorm(adminToken, name),
      () => new ServiceAccountInStorm(adminToken, name),
      () => {
        const username = NAMES[this.made % NAMES.length]!;
        return new LoginInStorm(username, passwords.get(username)!);
      },
    ];
    return kinds[Math.floor(this.random() * kinds.length)]!();
  }

  private readonly watched: Ask = async (method, path, request) => {
    const answer = await this.ask(method, path, request);
    if (isOpen(answer)) this.counted.open++;
    else if (answer.status < 300) {
      this.counted.acknowledged++;
      if (this.awaited && this.counted.acknowledged >= this.awaited.count) this.awaited.reached();
    } else this.surprises.push(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.json)}`);
    return answer;
  };
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
