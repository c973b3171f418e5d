import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { beyond, type Power, type Rights } from '../../policy/index.js';
import type { Actor } from '../audit/actor.js';
import type { AuditEvent } from '../audit/audit-event.js';
import { Audit } from '../audit/audit.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { DomainError } from '../domain-error.js';
import { ActorRights, requireInForce } from './actor-rights.js';
import { Powers, type Subject } from './powers.js';

/** What is under way in the transaction of one administrative act. */
export interface AdministrativeChange {
  readonly manager: EntityManager;
  /** What the actor may hand on now; nobody takes it away before the transaction ends. */
  readonly rights: Rights;
  /**
   * To be called before accounts, groups or roles are changed in any way, or deleted: nobody changes what is mightier
   * than they are. What they grant in the end is looked at again before the change is made final. Those that aren't there
   * yet grant nothing before.
   *
   * @throws DomainError `forbidden`
   */
  readonly touch: (subject: Subject) => Promise<void>;
  /** To be called of what is made: what it grants in the end must be in force for the actor. */
  readonly make: (subject: Subject) => void;
  /** For what is handed out otherwise. @throws DomainError `forbidden` */
  readonly require: (powers: readonly Power[]) => void;
  /** Writes the audit event; each act leaves exactly one. */
  readonly record: (event: AuditEvent) => Promise<void>;
}

/** How an act is done, beside what it is. */
export interface HowToRun {
  /**
   * What takes long and changes nothing that others see: in the same transaction, before the lock for which all other
   * acts wait.
   */
  readonly before?: (manager: EntityManager) => Promise<void>;
  /** Done with all checks, and then taken back. */
  readonly dryRun?: boolean;
}

/**
 * Every change of who may do what goes through here, whatever its path, so that there is one place where nobody gets
 * further up than they were (policy/delegation.ts), the last administrator stays, and the audit hears of it.
 */
@Injectable()
export class AdministrativeChanges {
  constructor(
    private readonly database: DataSource,
    private readonly feed: ChangeFeed,
    private readonly rights: ActorRights,
    private readonly powers: Powers,
    private readonly audit: Audit,
  ) {}

  /**
   * Does it in one transaction, all or nothing, one act at a time in the whole installation; answers when it is in force
   * here.
   *
   * @throws DomainError `forbidden`; `conflict` when no active administrator would be left; whatever `how` throws
   */
  async run<Result>(
    actor: Actor,
    how: (change: AdministrativeChange) => Promise<Result>,
    { before: prepare, dryRun = false }: HowToRun = {},
  ): Promise<Result> {
    const transaction = this.database.transaction(async (manager) => {
      await prepare?.(manager);
      const rights = await this.rights.lock(actor, manager);
      const hadAdministrator = await hasAdministrator(manager);
      const touched: Subject[] = [];
      let events = 0;
      const made = await how({
        manager,
        rights,
        touch: async (subject) => {
          const before = await this.powers.of(subject, manager);
          requireNotBeyond(beyond(rights, { before, after: [] }));
          touched.push(subject);
        },
        make: (subject) => void touched.push(subject),
        require: (powers) => requireInForce(rights, powers),
        record: async (event) => {
          events++;
          await this.audit.record(event, actor, manager);
        },
      });
      if (events !== 1) throw new Error(`An administrative act leaves one audit event, and this left ${events}.`);
      for (const subject of touched) requireInForce(rights, await this.powers.of(subject, manager));
      if (hadAdministrator && !(await hasAdministrator(manager))) throw lastAdministrator();
      if (dryRun) throw new TakenBack(made);
      return made;
    });
    const result = await transaction.catch((error: unknown) => {
      if (error instanceof TakenBack) return error.made as Result;
      throw error;
    });
    if (!dryRun) await this.feed.catchUp();
    return result;
  }
}

/** Ends the transaction of a dry run. */
class TakenBack extends Error {
  constructor(readonly made: unknown) {
    super('A dry run is taken back.');
  }
}

/** Somebody who can log in and may do everything. */
async function hasAdministrator(manager: EntityManager): Promise<boolean> {
  const [row] = await manager.query<[{ found: boolean }]>(
    `SELECT EXISTS (
       SELECT FROM gatehouse.role_permissions
         JOIN LATERAL (
           SELECT account_id FROM gatehouse.account_roles WHERE role_id = role_permissions.role_id
            UNION ALL
           SELECT account_id FROM gatehouse.group_roles JOIN gatehouse.account_groups USING (group_id)
            WHERE role_id = role_permissions.role_id) AS holders ON true
         JOIN gatehouse.accounts ON accounts.id = holders.account_id
        WHERE pattern = '*' AND accounts.kind = 'user' AND accounts.is_active) AS found`,
  );
  return row.found;
}

function requireNotBeyond(missing: readonly Power[]): void {
  if (missing.length === 0) return;
  throw new DomainError(
    'forbidden',
    `Nobody changes what may do more than they may themselves, and these are not in force for this request: ${missing.join(', ')}.`,
  );
}

function lastAdministrator(): DomainError {
  return new DomainError(
    'conflict',
    'Nobody would be left who may do everything. Make somebody else an administrator before.',
  );
}
