/** An audit event as it is read. */
export interface StoredAuditEvent {
  readonly id: string;
  /** UTC, to the microsecond. */
  readonly at: string;
  readonly kind: string;
  readonly actor: { readonly id: string | null; readonly username: string | null } | null;
  readonly target: { readonly type: string | null; readonly id: string | null; readonly name: string | null } | null;
  readonly address: string | null;
  readonly agent: string;
  readonly requestId: string | null;
  readonly before: unknown;
  readonly after: unknown;
}

/** Its row as {@link EVENT_COLUMNS} read it. */
export interface AuditEventRow extends Pick<
  StoredAuditEvent,
  'id' | 'at' | 'kind' | 'address' | 'agent' | 'requestId' | 'before' | 'after'
> {
  readonly actorId: string | null;
  readonly actorUsername: string | null;
  readonly targetType: string | null;
  readonly targetId: string | null;
  readonly targetName: string | null;
}

/** All columns of `audit_events`: what isn't read here isn't in the chain. */
export const EVENT_COLUMNS = `audit_events.id::text AS id,
  to_char(audit_events.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, audit_events.kind,
  audit_events.actor_id AS "actorId", audit_events.actor_username AS "actorUsername",
  audit_events.target_type AS "targetType", audit_events.target_id AS "targetId", audit_events.target_name AS "targetName",
  audit_events.address, audit_events.agent, audit_events.request_id AS "requestId", audit_events.before, audit_events.after`;

/** The event of a row. */
export function storedEvent(row: AuditEventRow): StoredAuditEvent {
  const { actorId, actorUsername, targetType, targetId, targetName } = row;
  // By all of their columns, so that nothing of a row stays out of what is shown and sealed.
  const hasActor = actorId !== null || actorUsername !== null;
  const hasTarget = targetType !== null || targetId !== null || targetName !== null;
  return {
    id: row.id,
    at: row.at,
    kind: row.kind,
    actor: hasActor ? { id: actorId, username: actorUsername } : null,
    target: hasTarget ? { type: targetType, id: targetId, name: targetName } : null,
    address: row.address,
    agent: row.agent,
    requestId: row.requestId,
    before: row.before,
    after: row.after,
  };
}
