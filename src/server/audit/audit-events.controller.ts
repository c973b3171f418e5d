import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { Protected } from '../../access/index.js';
import { AuditTrail } from '../../policy/index.js';
import { AuditEventPageDto, AuditEventsQueryDto } from './audit-event.dto.js';
import { listAuditEvents } from './list-audit-events.js';

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
  list(@Query() query: AuditEventsQueryDto): Promise<AuditEventPageDto> {
    return listAuditEvents(query, this.database);
  }
}
