import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../audit/actor.js';
import { DomainError } from '../domain-error.js';
import type { AskedSource, Outage } from './asked-source.js';
import { FOREIGN_ACCOUNT, type ForeignAccount } from './foreign-account.js';
import { ForeignAccounts, type LookedUp } from './foreign-accounts.js';
import { UserSources } from './user-sources.js';

/** An id that nobody has. */
const NOBODY = '00000000-0000-0000-0000-000000000000';
/** So many are looked up at once. */
const PAGE = 200;
/** How long an instance may be silent before another takes over. Longer than a page takes. */
const BUSY = `interval '5 minutes'`;
/** If more than these leave at once, and more than half of all, it is rather the source that is wrong. */
const MOST_TO_LEAVE = 10;

/** What a check made of a source's people, or would make. */
export interface CheckReport {
  readonly source: string;
  /** How many accounts of it there are. */
  readonly accounts: number;
  /** Those that are active here, and gone or disabled there. */
  readonly leaving: readonly string[];
  /** Those of whom the source says something else than before. */
  readonly changed: number;
  /** Too many would have left, so nothing was done. */
  readonly heldBack: boolean;
}

/** How a source is. */
export interface SourceState {
  readonly name: string;
  /** `held back`: at the last check so many were gone that it wasn't believed. */
  readonly state: 'up' | 'down' | 'held back';
  readonly canLookUp: boolean;
  readonly checkedAt: Date | null;
  readonly heldBack: number | null;
  readonly outage: Outage | undefined;
}

interface CheckRow extends Pick<SourceState, 'name' | 'checkedAt' | 'heldBack'> {}

/** How a check is done. */
export interface HowToCheck {
  readonly actor: Actor;
  /** Nothing is changed. */
  readonly dryRun?: boolean;
  /** However many leave. */
  readonly confirmed?: boolean;
}

interface Row extends ForeignAccount {
  readonly sourceId: string;
}

/** An account of which the source may say something else than before. */
interface Due extends LookedUp {
  readonly account: Row;
}

/**
 * Asks sources for all their people who have an account here. Whoever is gone or disabled there is switched off here, and
 * so loses their tokens; whoever is back is switched on again, unless somebody here has switched them off.
 */
@Injectable()
export class SourceChecks {
  private readonly logger = new Logger('UserSources');

  constructor(
    private readonly database: DataSource,
    private readonly sources: UserSources,
    private readonly accounts: ForeignAccounts,
  ) {}

  /** Those that can be checked. */
  get checkable(): readonly AskedSource[] {
    return this.sources.foreign.filter((source) => source.canLookUp);
  }

  /** How the sources are, as far as this instance knows; whether one is held back is known to all. Never throws. */
  async states(): Promise<SourceState[]> {
    const { foreign } = this.sources;
    if (foreign.length === 0) return [];
    const rows = await this.database
      .query<CheckRow[]>(
        `SELECT name, checked_at AS "checkedAt", held_back AS "heldBack" FROM gatehouse.user_sources WHERE name = ANY ($1)`,
        [foreign.map(({ name }) => name)],
      )
      // Somebody else says that the database doesn't answer.
      .catch(() => []);
    return foreign.map(({ name, outage, canLookUp }) => {
      const row = rows.find((one) => one.name === name);
      const heldBack = row?.heldBack ?? null;
      const state = outage ? 'down' : heldBack !== null ? 'held back' : 'up';
      return { name, state, canLookUp, checkedAt: row?.checkedAt ?? null, heldBack, outage };
    });
  }

  /**
   * Checks a source if no instance has for so long, and none is at it.
   *
   * @param age seconds
   * @throws SourceDownError, and nothing has been changed
   */
  async checkIfOlder(asked: AskedSource, age: number): Promise<CheckReport | undefined> {
    const isMine = await this.claim(asked.name, age);
    if (!isMine) return undefined;
    const actor = { principal: null, address: null, agent: `gatehouse (user source ${asked.name})`, requestId: null };
    return this.checkClaimed(asked, { actor });
  }

  /**
   * Checks a source now.
   *
   * @throws SourceDownError, and nothing has been changed; DomainError `conflict` when it is being checked elsewhere
   */
  async check(asked: AskedSource, how: HowToCheck): Promise<CheckReport> {
    if (how.dryRun) return report(asked, await this.findDue(asked), how);
    if (!(await this.claim(asked.name, 0))) {
      throw new DomainError('conflict', `The user source ${asked.name} is just being checked. Try again in a moment.`);
    }
    return this.checkClaimed(asked, how);
  }

  private async checkClaimed(asked: AskedSource, how: HowToCheck): Promise<CheckReport> {
    let isDone = false;
    try {
      const found = await this.findDue(asked, () => this.stayBusy(asked.name));
      const result = report(asked, found, how);
      await this.database.query('UPDATE gatehouse.user_sources SET held_back = $2 WHERE name = $1', [
        asked.name,
        result.heldBack ? result.leaving.length : null,
      ]);
      if (result.heldBack) this.warn(result);
      else await this.carryOut(asked, found.due, how.actor);
      isDone = true;
      return result;
    } finally {
      // What failed is as due as it was, and so tried again soon.
      await this.database.query(
        `UPDATE gatehouse.user_sources SET busy_until = NULL, checked_at = CASE WHEN $2 THEN now() ELSE checked_at END WHERE name = $1`,
        [asked.name, isDone],
      );
    }
  }

  /** Looks all of them up before anything is changed: what is said of one half only is worth nothing. */
  private async findDue(
    asked: AskedSource,
    afterPage: () => Promise<void> = async () => undefined,
  ): Promise<{ due: Due[]; active: number; all: number }> {
    const due: Due[] = [];
    let [active, all] = [0, 0];
    let last = NOBODY;
    for (;;) {
      const rows = await this.database.query<Row[]>(
        `SELECT ${FOREIGN_ACCOUNT}, source_id AS "sourceId" FROM gatehouse.accounts
          WHERE source = $1 AND source_id IS NOT NULL AND kind = 'user' AND id > $2 ORDER BY id LIMIT ${PAGE}`,
        [asked.name, last],
      );
      if (rows.length === 0) {
        // While nobody has come in by it yet, a check is how its settings are tried out.
        if (all === 0) await asked.lookUp([NOBODY]);
        return { due, active, all };
      }
      const users = await asked.lookUp(rows.map(({ sourceId }) => sourceId));
      const found = rows.map((account) => ({ account, user: users.get(account.sourceId) }));
      due.push(...(await this.accounts.toBeRefreshed(asked.source, found)));
      all += rows.length;
      active += rows.filter(({ isActive }) => isActive).length;
      last = rows.at(-1)!.id;
      await afterPage();
    }
  }

  private async carryOut(asked: AskedSource, due: readonly Due[], actor: Actor): Promise<void> {
    for (const [index, { account, user }] of due.entries()) {
      await this.accounts.refresh(asked.source, account.sourceId, user, actor);
      if (index % PAGE === PAGE - 1) await this.stayBusy(asked.name);
    }
  }

  private warn({ source, leaving, accounts }: CheckReport): void {
    this.logger.error(
      `The user source ${source} says that ${leaving.length} of ${accounts} people are gone or disabled. That is rather a fault there, ` +
        `such as a filter that is wrong, so nobody is switched off. If it is true: gatehouse user-sources check ${source} --confirm`,
    );
  }

  /** One instance at a time, whichever comes first. */
  private async claim(name: string, age: number): Promise<boolean> {
    const claimed = await this.database.query<unknown[]>(
      `INSERT INTO gatehouse.user_sources AS source (name, busy_until) VALUES ($1, now() + ${BUSY})
       ON CONFLICT (name) DO UPDATE SET busy_until = excluded.busy_until
         WHERE (source.busy_until IS NULL OR source.busy_until <= now())
           AND (source.checked_at IS NULL OR source.checked_at <= now() - make_interval(secs => $2))
       RETURNING name`,
      [name, age],
    );
    return claimed.length > 0;
  }

  private async stayBusy(name: string): Promise<void> {
    await this.database.query(`UPDATE gatehouse.user_sources SET busy_until = now() + ${BUSY} WHERE name = $1`, [name]);
  }
}

function report(
  { name }: AskedSource,
  { due, active, all }: { due: readonly Due[]; active: number; all: number },
  { confirmed = false }: HowToCheck,
): CheckReport {
  const leaving = due.filter(({ account, user }) => account.isActive && !user?.isActive);
  return {
    source: name,
    accounts: all,
    leaving: leaving.map(({ account }) => account.username),
    changed: due.length - leaving.length,
    heldBack: !confirmed && leaving.length > MOST_TO_LEAVE && leaving.length > active / 2,
  };
}
