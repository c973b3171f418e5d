import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsISO8601, Matches } from 'class-validator';
import { IsLine } from '../http/is-line.decorator.js';
import { MayBeLeftOut } from '../http/may-be-left-out.decorator.js';
import { PageDto, PageQueryDto } from '../http/page.dto.js';

/** `2026-01-31T23:59:59.123Z`, or with an offset (RFC 3339). */
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$/;

/** Who did it. */
export class AuditActorDto {
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  id: string | null;
  /**
   * The name at that moment.
   * @example admin
   */
  @ApiProperty({ type: String, nullable: true })
  username: string | null;
}

/** What it was done to. */
export class AuditTargetDto {
  /** @example user */
  @ApiProperty({ type: String, nullable: true })
  type: string | null;
  @ApiProperty({ type: String, nullable: true })
  id: string | null;
  /**
   * The name at that moment.
   * @example frank
   */
  @ApiProperty({ type: String, nullable: true })
  name: string | null;
}

/** Something that was done, or tried. */
export class AuditEventDto {
  /** @example 4711 */
  id: string;
  @ApiProperty({ type: String, format: 'date-time' })
  at: string;
  /** @example login.succeeded */
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
  agent: string;
  /** The request’s id, as the log and `X-Request-Id` have it. */
  @ApiProperty({ type: String, nullable: true })
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
  @Matches(/^[a-z][a-z-]{0,40}\.[a-z-]{0,60}$/, {
    message: 'kind must be a kind of event, or its first word with a dot at the end',
  })
  kind?: string;

  /** From this moment on (RFC 3339). */
  @MayBeLeftOut()
  @Matches(RFC_3339, { message: 'from must be a time of RFC 3339' })
  @IsISO8601({ strict: true }, { message: 'from must be a time that there is' })
  @ApiProperty({ format: 'date-time', required: false })
  from?: string;

  /** Before this moment (RFC 3339). */
  @MayBeLeftOut()
  @Matches(RFC_3339, { message: 'to must be a time of RFC 3339' })
  @IsISO8601({ strict: true }, { message: 'to must be a time that there is' })
  @ApiProperty({ format: 'date-time', required: false })
  to?: string;

  /** @example -at */
  @IsIn(['at', '-at'])
  sort: 'at' | '-at' = '-at';
}
