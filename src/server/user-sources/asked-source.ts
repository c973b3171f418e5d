import { Logger } from '@nestjs/common';
import { WorkQueue } from '../concurrency/work-queue.js';
import { requireUser } from './source-person.js';
import type { SourceUser, UserSource } from './user-source.js';

/** Milliseconds, unless the source says otherwise. */
const TIME_LIMIT = 5_000;
/** Looking up many takes longer than one login. */
const LOOK_UP_FACTOR = 10;
/** Logins that wait for one source at a time. Behind a source that hangs, they would grow without end. */
const MOST_AT_ONCE = 100;

/** A source that gives no answer, or none in time. */
export class SourceDownError extends Error {
  override readonly name = 'SourceDownError';
}

/** Since when a source gives no answers. */
export interface Outage {
  readonly since: Date;
  readonly reason: string;
}

/**
 * Asks one source, for as long as it may take and no longer, and knows whether it answers. That it went and that it is
 * back is logged once each.
 */
export class AskedSource {
  private readonly logger = new Logger('UserSources');
  private readonly logins = new WorkQueue(MOST_AT_ONCE, 0);
  private down: Outage | undefined;

  constructor(readonly source: UserSource) {}

  get name(): string {
    return this.source.name;
  }

  /** Whether its people can be checked regularly. */
  get canLookUp(): boolean {
    return this.source.lookUp !== undefined;
  }

  /** Undefined: it answers, as far as is known. */
  get outage(): Outage | undefined {
    return this.down;
  }

  /** @throws SourceDownError; DomainError `overloaded` */
  authenticate(username: string, password: string): Promise<SourceUser | undefined> {
    return this.logins.run(() =>
      this.ask(this.timeLimit, async (signal) => {
        const user = (await this.source.authenticate(username, password, signal)) ?? undefined;
        if (user) requireUser(user);
        return user;
      }),
    );
  }

  /** @throws SourceDownError */
  lookUp(ids: readonly string[]): Promise<ReadonlyMap<string, SourceUser>> {
    return this.ask(this.timeLimit * LOOK_UP_FACTOR, async (signal) => {
      const found = await this.source.lookUp!(ids, signal);
      for (const [id, user] of found) {
        requireUser(user);
        if (user.id !== id) throw new Error('The source answers somebody else than was asked for.');
      }
      return found;
    });
  }

  async close(): Promise<void> {
    try {
      await this.source.close?.();
    } catch (error) {
      this.logger.warn(`The user source ${this.name} could not be closed: ${String(error)}`);
    }
  }

  private get timeLimit(): number {
    return this.source.timeLimit ?? TIME_LIMIT;
  }

  private async ask<Answer>(timeLimit: number, how: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    const controller = new AbortController();
    const late = new Promise<never>((_, reject) => {
      controller.signal.addEventListener('abort', () => reject(controller.signal.reason as Error), { once: true });
    });
    late.catch(() => undefined);
    const timer = setTimeout(() => controller.abort(new Error(`no answer within ${timeLimit} ms`)), timeLimit);
    try {
      const answer = await Promise.race([how(controller.signal), late]);
      this.isBack();
      return answer;
    } catch (error) {
      this.isGone(error);
      throw new SourceDownError(`The user source ${this.name} gives no answer.`, { cause: error });
    } finally {
      clearTimeout(timer);
      // Whatever is still going on for this answer has nobody to answer to.
      controller.abort(new Error('given up'));
    }
  }

  private isGone(error: unknown): void {
    if (this.down) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.down = { since: new Date(), reason };
    this.logger.error(`The user source ${this.name} gives no answer, and nobody can log in by it: ${reason}`);
  }

  private isBack(): void {
    if (!this.down) return;
    this.logger.log(`The user source ${this.name} answers again, after ${Date.now() - this.down.since.getTime()} ms.`);
    this.down = undefined;
  }
}
