import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { Protected } from '../../access/index.js';
import { AuditTrail } from '../../policy/index.js';
import { containing, readPage } from '../http/page.js';
import { nameKey } from '../users/name-key.js';
import { AuditEventPageDto, AuditEventsQueryDto } from './audit-event.dto.js';
import { type AuditEventRow, EVENT_COLUMNS, storedEvent } from './stored-audit-event.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A condition on a value. */
type Condition = readonly [sql: (value: string) => string, value: string | undefined];

/** The audit events. They come about by what is done; nothing here writes, changes or deletes one. */
@ApiTags('Administration')
@Controller('audit-events')
export class AuditEventsController {
  constructor(private readonly database: DataSource) {}

  @Get()
  @Protected(AuditTrail.read)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'listAuditEvents',
    summary: 'List what was done, newest first',
    description:
      'Logins, failed logins, what happened to tokens, and every administrative change: who, on whom, from where, when, and what changed. ' +
      'A failed login says why for those who read it here; the caller wasn’t told. A name that is nobody’s is not kept, ' +
      'since people type passwords into the wrong field: `nameTag` tells only whether two attempts were of the same name. ' +
      '`q` looks for a part of the name of the actor or the target; it reads the events one by one, so give it a time.',
  })
  @ApiOkResponse({ type: AuditEventPageDto, description: 'A part of the list.' })
  async list(@Query() { actor, target, kind, from, to, q, ...page }: AuditEventsQueryDto): Promise<AuditEventPageDto> {
    // What comes after a cursor is within the bound from which the list began. Said twice, PostgreSQL would begin there
    // again at each page, and read all that was shown before.
    const begun = page.cursor === undefined ? undefined : page.sort;
    const isArea = kind?.endsWith('.') ?? false;
    const conditions: Condition[] = [
      await this.by(actor),
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
      this.database,
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
  private async by(actor: string | undefined): Promise<Condition> {
    if (actor === undefined || UUID.test(actor)) return [(value) => `audit_events.actor_id = ${value}::uuid`, actor];
    const [account] = await this.database.query<{ id: string }[]>(
      'SELECT id FROM gatehouse.accounts WHERE username_key = $1',
      [nameKey(actor)],
    );
    if (account) return [(value) => `audit_events.actor_id = ${value}::uuid`, account.id];
    return [(value) => `audit_events.actor_username = ${value}`, actor];
  }
}
