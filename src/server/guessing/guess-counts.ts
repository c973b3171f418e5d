import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Settings } from '../../config/settings.js';
import { NameTags } from '../audit/name-tags.js';
import { prepared } from '../database/prepared.js';
import { nameKey } from '../names/name-key.js';
import { SETTINGS } from '../settings.token.js';
import { networkOf } from './network.js';

/** What is guessed at, and from where. */
export interface Target {
  /** The name as it is compared. */
  readonly key: string;
  readonly tag: string;
  readonly network: string;
}

/** Leave to look at one password. To be settled. */
export interface Place {
  readonly target: Target;
  /** What all names of the account are counted under; of a name that is nobody's, its tag. */
  readonly account: string;
  /** Whether somebody has logged in to the account from there before. */
  readonly isKnown: boolean;
  /** When it was taken, as the database writes it. */
  readonly taken: string;
}

/** What was found out about a password: nothing, where the look at it failed. */
export type Outcome = 'right' | 'wrong' | 'void';

/** Of what there are too many failures now: one name from one place, one name from anywhere, or from one place at all. */
export type Scope = 'place' | 'name' | 'network';

/** What came of giving a place back. */
export interface Settled {
  /** The password counts as wrong, whatever it is: too much was guessed at the account under its other name. */
  readonly withheld: boolean;
  /** Which counts have become too many by this. */
  readonly crossed: readonly Scope[];
}

type Taken =
  | { readonly outcome: 'taken'; readonly place: Place }
  | { readonly outcome: 'wait' }
  | { readonly outcome: 'refused'; readonly seconds: number };

const TAKE = prepared(
  'gatehouse-take-guess',
  `SELECT outcome, seconds, account, is_known AS "isKnown", place::text AS taken FROM gatehouse.take_guess($1, $2, $3, $4)`,
);

const SETTLE = prepared(
  'gatehouse-settle-guess',
  'SELECT withheld, crossed FROM gatehouse.settle_guess($1, $2, $3, $4, $5, $6::timestamptz, $7, $8)',
);

/** In the order in which they are locked everywhere. */
const FORGET = `
  WITH held AS (SELECT subject, network FROM gatehouse.guesses WHERE subject = ANY($1) ORDER BY subject, network FOR UPDATE)
  DELETE FROM gatehouse.guesses USING held WHERE guesses.subject = held.subject AND guesses.network = held.network`;

/** How often was guessed, by whom and at whom: in the database, for all instances. The rule is in its functions. */
@Injectable()
export class GuessCounts {
  private readonly tags: NameTags;
  private readonly free: number;

  constructor(
    private readonly database: DataSource,
    @Inject(SETTINGS) { appSecret, loginMaxFailures }: Settings,
  ) {
    this.tags = new NameTags(appSecret!);
    this.free = loginMaxFailures;
  }

  /** @param name as it was typed: all spellings that mean the same are one */
  targetOf(name: string, address: string | null): Target {
    const key = nameKey(name);
    return { key, tag: this.tags.of(key), network: networkOf(address) };
  }

  /** Takes a place, unless there are too many failures, or too many attempts under way. */
  async take(target: Target): Promise<Taken> {
    const { key, tag, network } = target;
    const [row] = await this.database.query<[{ outcome: Taken['outcome']; seconds: number | null } & Place]>(TAKE, [
      key,
      tag,
      network,
      this.free,
    ]);
    const { outcome, seconds, account, isKnown, taken } = row;
    if (outcome === 'taken') return { outcome, place: { target, account, isKnown, taken } };
    return outcome === 'wait' ? { outcome } : { outcome, seconds: seconds! };
  }

  /**
   * Gives a place back and counts what was found out.
   *
   * @param owner whose password was right
   */
  async settle({ target, account, isKnown, taken }: Place, outcome: Outcome, owner?: string): Promise<Settled> {
    const { tag, network } = target;
    // Somebody of the same name from another source: their right password says nothing of the guesses at this account.
    const isAnothers = owner !== undefined && isAccount(account) && account !== owner;
    const values = [tag, network, this.free, account, isKnown, taken, isAnothers ? 'void' : outcome, owner ?? null];
    const [settled] = await this.database.query<[Settled]>(SETTLE, values);
    return settled;
  }

  /** Forgets what was guessed at an account, from wherever; where its owner is now is a place that it is known at. */
  async forget(accountId: string, address: string | null, manager: Pick<EntityManager, 'query'>): Promise<void> {
    const [account] = await manager.query<{ keys: (string | null)[] }[]>(
      'SELECT ARRAY[username_key, email_key] AS keys FROM gatehouse.accounts WHERE id = $1',
      [accountId],
    );
    const tags = (account?.keys ?? []).filter((key) => key !== null).map((key) => this.tags.of(key));
    const subjects = [`account:${accountId}`, ...tags.flatMap((tag) => [`name:${tag}`, `account:${tag}`])];
    await manager.query(FORGET, [subjects]);
    if (address !== null) await manager.query('SELECT gatehouse.know_place($1, $2)', [accountId, networkOf(address)]);
  }
}

/** Its id, and not the tag of a name that is nobody's. */
function isAccount(counted: string): boolean {
  return counted.includes('-');
}
