import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsUUID } from 'class-validator';
import { AGENT } from '../audit/agent.schema.js';
import { IsLine, ONE_LINE } from '../http/is-line.decorator.js';
import { MayBeLeftOut } from '../http/may-be-left-out.decorator.js';
import { PageDto, PageQueryDto } from '../http/page.dto.js';
import { CLIENT_ID } from '../names/client-id.schema.js';

/** The kinds of tokens in the registry. */
const KINDS = ['access', 'refresh', 'service'] as const;

/** A token in the registry. */
export class TokenDto {
  /** @example 2f1c9f0e-3a52-4d0b-9c58-0d9f6b7a1e11 */
  @ApiProperty({ format: 'uuid' })
  jti: string;
  @ApiProperty({ enum: KINDS })
  kind: (typeof KINDS)[number];
  @ApiProperty({ format: 'uuid' })
  accountId: string;
  /** @example frank */
  @ApiProperty({ maxLength: 100, pattern: ONE_LINE })
  username: string;
  /** @example gatehouse */
  @ApiProperty(CLIENT_ID)
  clientId: string;
  /** What people call a service token. */
  @ApiProperty({ type: String, nullable: true, maxLength: 200, pattern: ONE_LINE })
  name: string | null;
  issuedAt: Date;
  expiresAt: Date;
  @ApiProperty({ type: Date, nullable: true })
  lastUsedAt: Date | null;
  /** When it, or the login that it belongs to, was ended. */
  @ApiProperty({ type: Date, nullable: true })
  revokedAt: Date | null;
  /** Where it was asked for. */
  address: string;
  /** The User-Agent that asked for it. */
  @ApiProperty(AGENT)
  agent: string;
  /** Whether it can still be used. */
  alive: boolean;
}

/** A part of the list of tokens. */
export class TokenPageDto extends PageDto {
  @ApiProperty({ maxItems: 200 })
  items: TokenDto[];
}

/** Which tokens are wanted. */
export class TokensQueryDto extends PageQueryDto {
  /** Those of the account with this id. */
  @MayBeLeftOut()
  @IsUUID()
  account?: string;

  /** Those that were issued to this client. */
  @MayBeLeftOut()
  @IsLine(1, 200)
  client?: string;

  @MayBeLeftOut()
  @IsIn(KINDS)
  @ApiPropertyOptional({ enum: KINDS })
  kind?: (typeof KINDS)[number];

  /** Those that can still be used, or those that can't any more. */
  @MayBeLeftOut()
  @IsIn(['true', 'false'])
  // A query is text.
  @ApiPropertyOptional({ type: String, enum: ['true', 'false'] })
  alive?: 'true' | 'false';

  /** @example -issuedAt */
  @IsIn(['issuedAt', '-issuedAt'])
  @ApiPropertyOptional({ enum: ['issuedAt', '-issuedAt'] })
  sort: 'issuedAt' | '-issuedAt' = '-issuedAt';
}

/** The path parameter of a route to one token. */
export class JtiDto {
  /** The token's `jti`. */
  @IsUUID()
  jti: string;
}
