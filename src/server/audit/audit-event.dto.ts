import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, isISO8601, Matches, ValidateBy } from 'class-validator';
import { IsLine, ONE_LINE } from '../http/is-line.decorator.js';
import { MayBeLeftOut } from '../http/may-be-left-out.decorator.js';
import { PageDto, PageQueryDto } from '../http/page.dto.js';
import { AGENT } from './agent.schema.js';
import { AUDIT_TARGET_TYPES } from './audit-event.js';

/** `2026-01-31T23:59:59.123Z`, or with an offset (RFC 3339). */
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$/;

const TIME = { minLength: 20, maxLength: 32, format: 'date-time', pattern: RFC_3339.source };

/** A moment, and one that there is: no 30th of February. */
function IsTime(): PropertyDecorator {
  const validate = (value: unknown): boolean =>
    typeof value === 'string' && RFC_3339.test(value) && isISO8601(value, { strict: true });
  const defaultMessage = (): string => '$property must be a time with its zone, such as 2026-01-31T12:00:00Z';
  return applyDecorators(
    ValidateBy({ name: 'isTime', validator: { validate, defaultMessage } }),
    ApiProperty({ ...TIME, required: false }),
  );
}

/** `login.failed`. */
const KIND = { maxLength: 102, pattern: String.raw`^[a-z][a-z-]{0,40}\.[a-z-]{1,60}$` };

/** `login.failed`, or `login.`. */
const KINDS = /^[a-z][a-z-]{0,40}\.[a-z-]{0,60}$/;

/** An id or a name, as it was written down. */
const WRITTEN = { type: String, maxLength: 200, pattern: ONE_LINE, nullable: true };

/** Who did it. */
export class AuditActorDto {
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  id: string | null;
  /**
   * The name at that moment.
   * @example admin
   */
  @ApiProperty({ ...WRITTEN, maxLength: 100 })
  username: string | null;
}

/** What it was done to. */
export class AuditTargetDto {
  /** @example user */
  @ApiProperty({ type: String, enum: [...AUDIT_TARGET_TYPES, null], nullable: true })
  type: string | null;
  @ApiProperty(WRITTEN)
  id: string | null;
  /**
   * The name at that moment.
   * @example frank
   */
  @ApiProperty(WRITTEN)
  name: string | null;
}

/** Something that was done, or tried. */
export class AuditEventDto {
  /** @example 4711 */
  @ApiProperty({ maxLength: 19, pattern: String.raw`^\d+$` })
  id: string;
  /** UTC, to the microsecond. */
  @ApiProperty({ format: 'date-time', minLength: 27, maxLength: 27 })
  at: string;
  /** @example login.succeeded */
  @ApiProperty(KIND)
  kind: string;
  /** Null where nobody has proven who they are, and for the operator and the service itself. */
  @ApiProperty({ type: AuditActorDto, nullable: true })
  actor: AuditActorDto | null;
  @ApiProperty({ type: AuditTargetDto, nullable: true })
  target: AuditTargetDto | null;
  /** The address of the caller; null at the console of the service. */
  @ApiProperty({ type: String, nullable: true })
  address: string | null;
  /** The User-Agent. */
  @ApiProperty(AGENT)
  agent: string;
  /** The request’s id, as the log and `X-Request-Id` have it. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  requestId: string | null;
  /** What changed, as it was. Never a secret. */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  before: unknown;
  /** What changed, as it is; of a login, by which client and why it failed. Never a secret. */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  after: unknown;
}

/** A part of the audit events. */
export class AuditEventPageDto extends PageDto {
  @ApiProperty({ maxItems: 200 })
  items: AuditEventDto[];
}

/** Which audit events are wanted. */
export class AuditEventsQueryDto extends PageQueryDto {
  /** What this account did: its id, or its name now; the name that it had, if there is none of that name now. */
  @MayBeLeftOut()
  @IsLine(1, 200)
  actor?: string;

  /** What was done to the thing with this id. */
  @MayBeLeftOut()
  @IsLine(1, 200)
  target?: string;

  /**
   * What was done: `login.failed`; or everything of a sort, with a dot at the end: `login.`.
   * @example login.failed
   */
  @MayBeLeftOut()
  @Matches(KINDS, { message: 'kind must be a kind of event, or its first word with a dot at the end' })
  @ApiProperty({ maxLength: 102, pattern: KINDS.source, required: false })
  kind?: string;

  /** From this moment on (RFC 3339). */
  @MayBeLeftOut()
  @IsTime()
  from?: string;

  /** Before this moment (RFC 3339). */
  @MayBeLeftOut()
  @IsTime()
  to?: string;

  /** @example -at */
  @IsIn(['at', '-at'])
  @ApiPropertyOptional({ enum: ['at', '-at'] })
  sort: 'at' | '-at' = '-at';
}
