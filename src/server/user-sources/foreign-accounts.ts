import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Settings } from '../../config/settings.js';
import type { Actor, Origin } from '../audit/actor.js';
import { difference } from '../audit/audit-event.js';
import { violatedUnique } from '../database/unique-violation.js';
import { DomainError } from '../domain-error.js';
import { changedFields } from '../domain-events/changed-fields.js';
import type { Happening } from '../domain-events/domain-event.js';
import { DomainEvents } from '../domain-events/domain-events.js';
import { nameKey } from '../names/name-key.js';
import { AdministrativeChanges, type AdministrativeChange } from '../rbac/administrative-changes.js';
import { SETTINGS } from '../settings.token.js';
import { readAccount } from '../users/account-view.js';
import type { AuthenticatedAccount } from './authenticated-account.js';
import {
  differs,
  findForeign,
  findTaken,
  keep,
  namesFor,
  type ForeignAccount,
  type Kept,
  type Taken,
} from './foreign-account.js';
import { takeOver, type SourcePerson } from './source-person.js';
import type { SourceUser, UserSource } from './user-source.js';

/** Registrations that go on beside this may take a name in between; nobody is that quick so often. */
const ATTEMPTS = 3;

/** An account, and what the source says of whose it is; undefined: nothing any more. */
export interface LookedUp {
  readonly account: ForeignAccount;
  readonly user: SourceUser | undefined;
}

/** An account, and what its source makes of it. */
interface Plan {
  readonly account: ForeignAccount | undefined;
  readonly kept: Kept | undefined;
}

/** Accounts of people who live elsewhere: made at the first login, and kept as their source says. */
@Injectable()
export class ForeignAccounts {
  private readonly logger = new Logger(ForeignAccounts.name);

  constructor(
    private readonly database: DataSource,
    private readonly changes: AdministrativeChanges,
    private readonly events: DomainEvents,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * The account of somebody whose password was right at the source, made if there was none, and as the source says; two
   * first logins at once make one. Undefined: they aren't let in, being disabled, here or there, or not to have an account.
   */
  async enter(source: UserSource, user: SourceUser, origin: Origin): Promise<AuthenticatedAccount | undefined> {
    const person = takeOver(user, source.groupRules ?? []);
    const known = await findForeign(source.name, user.id, this.database.manager);
    if (!known && !this.mayStart(source, person)) return undefined;
    await this.update(source, user.id, person, { principal: null, ...origin });
    const account = await findForeign(source.name, user.id, this.database.manager);
    return account?.isActive && person.isActive ? account : undefined;
  }

  /**
   * Makes the account what the source says of it; whoever the source doesn't know any more is undefined. Does nothing
   * where nothing differs, or where there is no account.
   *
   * @returns whether anything was done
   */
  async refresh(source: UserSource, sourceId: string, user: SourceUser | undefined, actor: Actor): Promise<boolean> {
    return this.update(source, sourceId, user && takeOver(user, source.groupRules ?? []), actor, 'refresh');
  }

  /**
   * Of people that were looked up, those whom {@link refresh} would change. One query for all of them, and one more for each
   * whose name or mail address the source has changed.
   */
  async toBeRefreshed<Person extends LookedUp>(source: UserSource, people: readonly Person[]): Promise<Person[]> {
    const { manager } = this.database;
    const managed = await existing(source, manager);
    const found: Person[] = [];
    for (const person of people) {
      const said = person.user && takeOver(person.user, source.groupRules ?? []);
      const plan = await planFor(source.name, { account: person.account, said, managed }, manager);
      if (isToBeDone(plan, 'refresh')) found.push(person);
    }
    return found;
  }

  private mayStart(source: UserSource, { id, username, isActive }: SourcePerson): boolean {
    if (!isActive) return false;
    if (username === undefined) {
      this.logger.warn(`${source.name} knows ${JSON.stringify(id)} by a name that can't be a user name here.`);
      return false;
    }
    return this.settings.userSourceNewAccounts;
  }

  private async update(
    source: UserSource,
    sourceId: string,
    person: SourcePerson | undefined,
    actor: Actor,
    how: 'enter' | 'refresh' = 'enter',
  ): Promise<boolean> {
    const before = await this.plan(source, sourceId, person, this.database.manager);
    if (!isToBeDone(before, how)) return false;
    for (let attempt = 1; ; attempt++) {
      try {
        const done = await this.changes.run(actor, (change) => this.carryOut(change, source, sourceId, person, how));
        this.events.publish(done);
        return true;
      } catch (error) {
        if (error instanceof NothingToDo) return false;
        if (error instanceof DomainError && error.code === 'conflict') {
          this.logger.error(
            `${source.name} says otherwise of the account ${before.account?.username}: ${error.message}`,
          );
          return false;
        }
        if (violatedUnique(error) === undefined || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** Once more under the lock under which everybody changes accounts: somebody else may have been quicker. */
  private async carryOut(
    { manager, touch, make, record }: AdministrativeChange,
    source: UserSource,
    sourceId: string,
    person: SourcePerson | undefined,
    how: 'enter' | 'refresh',
  ): Promise<Happening> {
    const plan = await this.plan(source, sourceId, person, manager);
    if (!isToBeDone(plan, how)) throw new NothingToDo();
    const { account, kept } = plan;
    if (account) await touch({ type: 'account', id: account.id });
    const before = account && (await readAccount(account.id, 'user', manager));
    const id = account ? account.id : await insert(source.name, sourceId, kept, manager);
    if (account) await replace(account.id, kept, manager);
    else make({ type: 'account', id });
    await setGroups(id, kept, manager);
    const after = (await readAccount(id, 'user', manager))!;
    const target = { type: 'user', id, name: after.username } as const;
    if (!before) {
      await record({ kind: 'user.created', target, after });
      return { type: 'UserCreated', account: after };
    }
    const changes = difference(before, after);
    await record({ kind: kindOf(account, kept), target, ...changes });
    return { type: 'UserUpdated', account: after, changed: changedFields(changes.after) };
  }

  private async plan(
    source: UserSource,
    sourceId: string,
    person: SourcePerson | undefined,
    manager: Pick<EntityManager, 'query'>,
  ): Promise<Plan> {
    const account = await findForeign(source.name, sourceId, manager);
    return planFor(source.name, { account, said: person, managed: await existing(source, manager) }, manager);
  }
}

/** What there is to plan with: the account, what the source says of it, and the keys of the groups that its rules name. */
interface Given {
  readonly account: ForeignAccount | undefined;
  readonly said: SourcePerson | undefined;
  readonly managed: ReadonlySet<string>;
}

async function planFor(
  source: string,
  { account, said, managed }: Given,
  manager: Pick<EntityManager, 'query'>,
): Promise<Plan> {
  const person = said && { ...said, groupKeys: said.groupKeys.filter((key) => managed.has(key)) };
  const wanted = { names: person ? namesFor(person, source) : [], email: person?.email ?? null };
  const taken = hasAll(account, wanted) ? NOTHING_TAKEN : await findTaken({ ...wanted, except: account?.id }, manager);
  return { account, kept: keep(account, person, source, managed, taken) };
}

const NOTHING_TAKEN: Taken = { names: new Set(), email: false };

/** Whether the account has already what is wanted first, so that nobody else can have it. */
function hasAll(
  account: ForeignAccount | undefined,
  { names: [name], email }: { names: readonly string[]; email: string | null },
): boolean {
  const has = (held: string | null | undefined, one: string | null | undefined): boolean =>
    one === null || one === undefined || (typeof held === 'string' && nameKey(held) === nameKey(one));
  return has(account?.username, name) && has(account?.email, email);
}

/** Ends a transaction in which there turned out to be nothing to do. */
class NothingToDo extends Error {}

function isToBeDone(plan: Plan, how: 'enter' | 'refresh'): plan is Plan & { readonly kept: Kept } {
  const { account, kept } = plan;
  if (!kept) return false;
  return account ? differs(account, kept) : how === 'enter' && kept.isActive;
}

/** The keys of the groups that the rules name, as far as there are such. */
async function existing(source: UserSource, manager: Pick<EntityManager, 'query'>): Promise<ReadonlySet<string>> {
  const keys = (source.groupRules ?? []).map(({ to }) => nameKey(to));
  if (keys.length === 0) return new Set();
  const rows = await manager.query<{ key: string }[]>(
    'SELECT name_key AS key FROM gatehouse.groups WHERE name_key = ANY ($1)',
    [keys],
  );
  return new Set(rows.map(({ key }) => key));
}

async function insert(source: string, sourceId: string, kept: Kept, manager: EntityManager): Promise<string> {
  const [{ id }] = await manager.query<[{ id: string }]>(
    `INSERT INTO gatehouse.accounts (source, source_id, username, username_key, email, email_key, is_verified, name, name_key)
     VALUES ($1, $2, $3, $4, $5, $6, $5::text IS NOT NULL, $7, $8) RETURNING id`,
    [source, sourceId, ...valuesOf(kept)],
  );
  return id;
}

async function replace(id: string, kept: Kept, manager: EntityManager): Promise<void> {
  await manager.query(
    `UPDATE gatehouse.accounts
        SET username = $2, username_key = $3, email = $4, email_key = $5, is_verified = $4::text IS NOT NULL,
            name = $6, name_key = $7, is_active = $8, off_at_source = $9, updated_at = now()
      WHERE id = $1`,
    [id, ...valuesOf(kept), kept.isActive, kept.offAtSource],
  );
}

function valuesOf({ username, email, name }: Kept): unknown[] {
  return [username, nameKey(username), email, email === null ? null : nameKey(email), name, nameKey(name)];
}

async function setGroups(id: string, { join, leave }: Kept, manager: EntityManager): Promise<void> {
  if (leave.length > 0) {
    await manager.query(
      `DELETE FROM gatehouse.account_groups USING gatehouse.groups
        WHERE groups.id = group_id AND account_id = $1 AND name_key = ANY ($2)`,
      [id, leave],
    );
  }
  if (join.length > 0) {
    await manager.query(
      `INSERT INTO gatehouse.account_groups (account_id, group_id)
       SELECT $1::uuid, id FROM gatehouse.groups WHERE name_key = ANY ($2) ON CONFLICT DO NOTHING`,
      [id, join],
    );
  }
}

function kindOf(account: ForeignAccount | undefined, kept: Kept): `user.${string}` {
  if (account?.isActive === kept.isActive) return 'user.updated';
  return kept.isActive ? 'user.enabled-by-source' : 'user.disabled-by-source';
}
