import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from './actor.js';
import type { AuditEvent } from './audit-event.js';

/** For statements that write an event with what it is about. The values follow, in this order. */
export const RECORD = `INSERT INTO gatehouse.audit_events
  (kind, actor_id, actor_username, target_type, target_id, target_name, address, agent, request_id, before, after)`;

const INSERT = `${RECORD} VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`;

/** Writes down who did what. Nothing here changes or deletes what was written. */
@Injectable()
export class Audit {
  /** In the transaction of what was done: what is acknowledged is in the audit, and what was rolled back isn't. */
  async record(
    { kind, target, before, after }: AuditEvent,
    { principal, address, agent, requestId }: Actor,
    manager: Pick<EntityManager, 'query'>,
  ): Promise<void> {
    await manager.query(INSERT, [
      kind,
      principal?.id || null,
      principal?.username || null,
      target?.type ?? null,
      target?.id ?? null,
      target?.name ?? null,
      address,
      agent,
      requestId,
      json(before),
      json(after),
    ]);
  }
}

function json(value: object | null | undefined): string | null {
  return value ? JSON.stringify(value) : null;
}
