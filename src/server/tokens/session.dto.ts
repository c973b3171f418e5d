import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { AGENT } from '../audit/agent.schema.js';
import { PageDto, PageQueryDto } from '../http/page.dto.js';
import { CLIENT_ID } from '../names/client-id.schema.js';

/** A login. */
export class SessionDto {
  /** @example 2f1c9f0e-3a52-4d0b-9c58-0d9f6b7a1e11 */
  @ApiProperty({ format: 'uuid' })
  id: string;
  /** @example gatehouse */
  @ApiProperty(CLIENT_ID)
  clientId: string;
  /** Where it came from. @example 192.0.2.7 */
  address: string;
  /** The User-Agent. */
  @ApiProperty(AGENT)
  agent: string;
  createdAt: Date;
  /** When it was last refreshed. */
  lastUsedAt: Date;
  /** Whether this request came by it. */
  current: boolean;
}

/** A part of the list of logins. */
export class SessionPageDto extends PageDto {
  @ApiProperty({ maxItems: 200 })
  items: SessionDto[];
}

/** Which part of the list of logins is wanted. */
export class SessionsQueryDto extends PageQueryDto {
  /** @example -createdAt */
  @IsIn(['createdAt', '-createdAt'])
  @ApiPropertyOptional({ enum: ['createdAt', '-createdAt'] })
  sort: 'createdAt' | '-createdAt' = '-createdAt';
}
