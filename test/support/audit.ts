import type { AuditEventDto } from '../../src/server/audit/audit-event.dto.js';
import type { TestEnvironment } from './environment.js';

/** All audit events, oldest first, as somebody reads them who may. */
export async function auditEvents(service: TestEnvironment, query = ''): Promise<AuditEventDto[]> {
  const token = await service.login('admin', 'audit:read');
  const events: AuditEventDto[] = [];
  for (let cursor = ''; ;) {
    const { status, json, text } = await service.ask(`/audit-events?limit=200&sort=at&${query}${cursor}`, { token });
    if (status !== 200) throw new Error(text);
    events.push(...json.items);
    if (json.nextCursor === null) return events;
    cursor = `&cursor=${json.nextCursor}`;
  }
}

/** What happens while something is done: the events that it leaves, without the login of whoever reads them. */
export async function eventsOf(service: TestEnvironment, act: () => Promise<unknown>): Promise<AuditEventDto[]> {
  const sql = 'SELECT coalesce(max(id), 0)::text AS last FROM gatehouse.audit_events';
  const [{ last: before }] = await service.database.query<[{ last: string }]>(sql);
  await act();
  const [{ last: after }] = await service.database.query<[{ last: string }]>(sql);
  const all = await auditEvents(service);
  return all.filter(({ id }) => BigInt(id) > BigInt(before) && BigInt(id) <= BigInt(after));
}

/** An audit event as the database has it. */
export interface AuditRow {
  readonly kind: string;
  readonly actor_id: string | null;
  readonly target_name: string;
  readonly agent: string;
  readonly address: string | null;
}

/** The last audit events, oldest first. */
export async function lastEventsOf(service: TestEnvironment, count: number): Promise<AuditRow[]> {
  const rows = await service.database.query<AuditRow[]>(
    'SELECT kind, actor_id, target_name, agent, address FROM gatehouse.audit_events ORDER BY id DESC LIMIT $1',
    [count],
  );
  return rows.toReversed();
}
