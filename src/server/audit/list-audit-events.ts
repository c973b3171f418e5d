import type { EntityManager } from 'typeorm';
import { isUuid } from '../../policy/index.js';
import { containing, readPage, type Page } from '../http/page.js';
import { nameKey } from '../names/name-key.js';
import type { AuditEventsQueryDto } from './audit-event.dto.js';
import { type AuditEventRow, EVENT_COLUMNS, storedEvent, type StoredAuditEvent } from './stored-audit-event.js';

/** A condition on a value. */
type Condition = readonly [sql: (value: string) => string, value: string | undefined];

/** A part of the audit, newest first unless asked otherwise. */
export async function listAuditEvents(
  { actor, target, kind, from, to, q, ...page }: AuditEventsQueryDto,
  database: Pick<EntityManager, 'query'>,
): Promise<Page<StoredAuditEvent>> {
  // What comes after a cursor is within the bound from which the list began. Said twice, PostgreSQL would begin there
  // again at each page, and read all that was shown before.
  const begun = page.cursor === undefined ? undefined : page.sort;
  const isArea = kind?.endsWith('.') ?? false;
  const conditions: Condition[] = [
    await by(actor, database),
    [(value) => `audit_events.target_id = ${value}`, target],
    [(value) => `audit_events.kind = ${value}`, isArea ? undefined : kind],
    [(value) => `split_part(audit_events.kind, '.', 1) = ${value}`, isArea ? kind!.slice(0, -1) : undefined],
    [(value) => `audit_events.at >= ${value}::timestamptz`, begun === 'at' ? undefined : from],
    [(value) => `audit_events.at < ${value}::timestamptz`, begun === '-at' ? undefined : to],
    [
      (value) => `audit_events.actor_username ILIKE ${value} OR audit_events.target_name ILIKE ${value}`,
      q && containing(q),
    ],
  ];
  const values: string[] = [];
  const where = conditions.flatMap(([sql, value]) => (value === undefined ? [] : [sql(`$${values.push(value)}`)]));
  const { items, nextCursor } = await readPage<AuditEventRow>(
    database,
    {
      select: EVENT_COLUMNS,
      from: 'gatehouse.audit_events',
      where,
      values,
      sorts: { at: { sql: 'audit_events.at', type: 'timestamptz' } },
      id: 'audit_events.id',
      idType: 'bigint',
    },
    page,
  );
  return { items: items.map(storedEvent), nextCursor };
}

/** An account is looked up by its name as it is now, so that what it did under a former one is found too. */
async function by(actor: string | undefined, database: Pick<EntityManager, 'query'>): Promise<Condition> {
  if (actor === undefined || isUuid(actor)) return [(value) => `audit_events.actor_id = ${value}::uuid`, actor];
  const [account] = await database.query<{ id: string }[]>(
    'SELECT id FROM gatehouse.accounts WHERE username_key = $1',
    [nameKey(actor)],
  );
  if (account) return [(value) => `audit_events.actor_id = ${value}::uuid`, account.id];
  return [(value) => `audit_events.actor_username = ${value}`, actor];
}
