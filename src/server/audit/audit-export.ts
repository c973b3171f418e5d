import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { canonicalEvent } from './audit-link.js';
import { type AuditEventRow, EVENT_COLUMNS, storedEvent } from './stored-audit-event.js';

/** So many rows are held at once. */
const BATCH = 1_000;

/** Which events are exported: those from a moment on, and those before another. */
export interface AuditPeriod {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

type ExportedRow = AuditEventRow & { readonly sequence: number | null; readonly hash: string | null };

/** Exports the audit events. */
@Injectable()
export class AuditExport {
  constructor(private readonly database: DataSource) {}

  /**
   * The events as lines of JSON (NDJSON, without the line ends), oldest first: however many they are, little is held at
   * once. Each is the text that was sealed, and a last member more: `seal`, its place in the chain and its hash, or null
   * for one that waits for it.
   */
  async *lines({ from, to }: AuditPeriod = {}): AsyncGenerator<string> {
    for (let after: AuditEventRow | undefined; ;) {
      const batch: ExportedRow[] = await this.database.query<ExportedRow[]>(
        `SELECT ${EVENT_COLUMNS}, link.sequence, encode(link.hash, 'hex') AS hash
           FROM gatehouse.audit_events LEFT JOIN gatehouse.audit_chain AS link ON link.event_id = audit_events.id
          WHERE (audit_events.at, audit_events.id) > ($1::timestamptz, $2::bigint)
            AND audit_events.at >= $3::timestamptz AND audit_events.at < $4::timestamptz
          ORDER BY audit_events.at, audit_events.id LIMIT ${BATCH}`,
        [
          after?.at ?? '-infinity',
          after?.id ?? '0',
          from?.toISOString() ?? '-infinity',
          to?.toISOString() ?? 'infinity',
        ],
      );
      for (const row of batch) yield line(row);
      after = batch.at(-1);
      if (!after) return;
    }
  }
}

function line({ sequence, hash, ...row }: ExportedRow): string {
  const seal = sequence === null ? null : { sequence, hash };
  return `${canonicalEvent(storedEvent(row)).slice(0, -1)},"seal":${JSON.stringify(seal)}}`;
}
