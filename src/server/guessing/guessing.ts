import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { hashingConcurrency } from '../../config/thread-pool.js';
import type { Origin } from '../audit/actor.js';
import { DomainError } from '../domain-error.js';
import { BlockedLogins } from './blocked-logins.js';
import { GuessCounts, type Outcome, type Place, type Target } from './guess-counts.js';
import { type Turn, WaitingLines } from './waiting-lines.js';

/** As many as may wait for a hash (users/password-hasher.ts): who waits here waits there no more. */
const WAITING_PER_THREAD = 40;

/** Somebody types a password. */
export interface Attempt extends Origin {
  /** The name that it is typed for, in any spelling: a user name or a mail address, whether it is anybody's or not. */
  readonly name: string;
}

/** What came of an attempt. */
export interface Attempted<Account> {
  /** Whose password it was; undefined when it was wrong, or counts as wrong. */
  readonly account: Account | undefined;
  /**
   * Nobody is told whether the password was right, since too much was guessed at the account under its other name. To the
   * caller that is a wrong password.
   */
  readonly withheld: boolean;
}

/**
 * The policy against guessing, in front of everything that looks at a password: so many are free, each further one has to
 * be waited for, ever longer. Attempts are counted before the password is looked at, in the database, so that neither many
 * at once nor several instances get more; and whether an account exists makes no difference. docs/guessing.md has the
 * numbers, docs/decisions/0021 the reasons.
 */
@Injectable()
export class Guessing {
  private readonly lines = new WaitingLines<Place>(hashingConcurrency() * WAITING_PER_THREAD);
  private total = 0;

  constructor(
    private readonly counts: GuessCounts,
    private readonly blocked: BlockedLogins,
  ) {}

  /** How many attempts were refused here since the start, without a look at the password. */
  get refused(): number {
    return this.total;
  }

  /**
   * Lets a password be looked at, if there haven't been too many wrong ones, and counts what comes of it. Where others are
   * under way whose outcome decides that, it waits for them.
   *
   * @param look answers the account, or undefined for a wrong password; what it throws counts as neither
   * @throws DomainError `too-many` without having looked; `overloaded` when too many wait; what `look` throws
   */
  async attempt<Account extends { readonly id: string }>(
    attempt: Attempt,
    look: () => Promise<Account | undefined>,
  ): Promise<Attempted<Account>> {
    const place = await this.take(this.counts.targetOf(attempt.name, attempt.address));
    let account: Account | undefined;
    try {
      account = await look();
    } catch (error) {
      // That error is what the caller hears; a place that can't be given back counts as a failure after a while.
      await this.settle(place, 'void', attempt).catch(() => undefined);
      throw error;
    }
    const withheld = await this.settle(place, account ? 'right' : 'wrong', attempt, account?.id);
    return { account: withheld ? undefined : account, withheld };
  }

  /**
   * Forgets what was guessed at an account: when its password was reset, or somebody who may says so.
   *
   * @param address where its owner is: they are known there from then on; null when it isn't they who ask
   */
  async forget(accountId: string, address: string | null, manager: Pick<EntityManager, 'query'>): Promise<void> {
    await this.counts.forget(accountId, address, manager);
  }

  private async take(target: Target): Promise<Place> {
    const key = keyOf(target);
    const ask = (): Promise<Turn<Place, unknown>> => this.ask(target);
    if (!this.lines.has(key)) {
      const turn = await ask();
      if (turn.outcome === 'granted') return turn.granted;
      if (turn.outcome === 'refused') throw this.count(turn.refusal);
    }
    const place = await this.lines.stand(key, ask).catch((error: unknown) => {
      throw this.count(error);
    });
    if (!place) throw new DomainError('overloaded', 'Too many logins at once. Try again shortly.');
    return place;
  }

  private async ask(target: Target): Promise<Turn<Place, unknown>> {
    const taken = await this.counts.take(target);
    if (taken.outcome === 'taken') return { outcome: 'granted', granted: taken.place };
    if (taken.outcome === 'wait') return { outcome: 'wait' };
    const retryAfter = Math.max(1, Math.ceil(taken.seconds));
    const refusal = new DomainError(
      'too-many',
      'There were too many wrong passwords. Try again in as many seconds as Retry-After says.',
      { retryAfter },
    );
    return { outcome: 'refused', refusal };
  }

  private count(error: unknown): unknown {
    if (error instanceof DomainError && error.code === 'too-many') this.total++;
    return error;
  }

  private async settle(place: Place, outcome: Outcome, attempt: Attempt, owner?: string): Promise<boolean> {
    try {
      const { withheld, crossed } = await this.counts.settle(place, outcome, owner);
      if (crossed.length > 0) this.blocked.tell(crossed, place, attempt);
      return withheld;
    } finally {
      this.lines.moved(keyOf(place.target));
    }
  }
}

function keyOf({ tag, network }: Target): string {
  return `${tag} ${network}`;
}
