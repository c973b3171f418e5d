import { ApiProperty, OmitType, PartialType } from '@nestjs/swagger';
import { IsBoolean, IsIn, Matches, ValidateIf } from 'class-validator';
import { CLIENT_ID } from '../names/client-id.schema.js';
import { arrayOf, CLIENT_SECRET, GRANT, PREFIX, REDIRECT_URI, RESOURCE } from './client.schemas.js';
import { PERMISSION_PATTERN } from '../rbac/rbac.schemas.js';
import { IsLine, ONE_LINE } from '../http/is-line.decorator.js';
import { MayBeLeftOut } from '../http/may-be-left-out.decorator.js';
import { PageDto, PageQueryDto } from '../http/page.dto.js';
import {
  IsAudience,
  IsClientId,
  IsGrants,
  IsPermissionPrefixes,
  IsRedirectUris,
  IsResources,
  IsScopes,
} from './client.validators.js';

/** By what clients can be sorted; with `-`, downwards. */
const SORTS = ['clientId', '-clientId', 'name', '-name', 'createdAt', '-createdAt'] as const;

/** A client to be registered. */
export class CreateClientDto {
  /**
   * Left out: one is made.
   * @example shop
   */
  @MayBeLeftOut()
  @IsClientId()
  clientId?: string;

  /** @example "The shop" */
  @IsLine(1, 200)
  name: string;

  /**
   * Whether it can keep a secret. An application in a browser or on a phone can’t. Not to be changed later.
   * @example true
   */
  @IsBoolean()
  confidential: boolean;

  /**
   * The grant types that it may use.
   * @example ["password", "refresh_token"]
   */
  @IsGrants()
  grants: string[];

  /**
   * Permissions that its tokens are limited to, as names and patterns; null: no limit. A limit grants nothing: a token
   * has what the account holds, within this.
   * @example ["finance:*"]
   */
  @ValidateIf((_, value: unknown) => value !== null)
  @IsScopes()
  @ApiProperty({ nullable: true })
  scopes: string[] | null;

  /**
   * Its own audience, an absolute URI: the `aud` of its tokens. Null: the service itself.
   * @example https://shop.example
   */
  @ValidateIf((_, value: unknown) => value !== undefined && value !== null)
  @IsAudience()
  @ApiProperty({ required: false, nullable: true })
  audience?: string | null;

  /**
   * Audiences beside its own that it may ask for with `resource` (RFC 8707).
   * @example ["https://stock.example"]
   */
  @MayBeLeftOut()
  @IsResources()
  resources?: string[];

  /**
   * The areas in which it may declare permissions.
   * @example ["shop"]
   */
  @MayBeLeftOut()
  @IsPermissionPrefixes()
  permissionPrefixes?: string[];

  /**
   * Where people are sent back to: https, or http of the loopback interface.
   * @example ["https://shop.example/callback"]
   */
  @MayBeLeftOut()
  @IsRedirectUris()
  redirectUris?: string[];
}

/** The fields to change. A field that is left out stays as it is. */
export class UpdateClientDto extends PartialType(OmitType(CreateClientDto, ['clientId', 'confidential']), {
  skipNullProperties: false,
}) {
  /** False ends its tokens for good, and lets it get no others. */
  @MayBeLeftOut()
  @IsBoolean()
  isActive?: boolean;
}

/** A registered client. */
export class ClientDto {
  /** @example shop */
  @ApiProperty(CLIENT_ID)
  clientId: string;
  /** @example "The shop" */
  @ApiProperty({ maxLength: 200, pattern: ONE_LINE })
  name: string;
  confidential: boolean;
  /** Part of the service: switched by a setting, not here. */
  builtIn: boolean;
  /** The service account that it acts as with `client_credentials`. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  serviceAccountId: string | null;
  isActive: boolean;
  /** @example ["password", "refresh_token"] */
  @ApiProperty(arrayOf(GRANT))
  grants: string[];
  @ApiProperty(arrayOf(PERMISSION_PATTERN, { nullable: true }))
  scopes: string[] | null;
  @ApiProperty({ ...RESOURCE, type: String, nullable: true })
  audience: string | null;
  @ApiProperty(arrayOf(RESOURCE))
  resources: string[];
  @ApiProperty(arrayOf(PREFIX))
  permissionPrefixes: string[];
  @ApiProperty(arrayOf(REDIRECT_URI))
  redirectUris: string[];
  createdAt: Date;
  updatedAt: Date;
}

/** A client that was just registered. */
export class CreatedClientDto extends ClientDto {
  /** Of a confidential client; shown this once. */
  @ApiProperty(CLIENT_SECRET)
  clientSecret?: string;
}

/** A client secret. */
export class ClientSecretDto {
  /** Shown this once. */
  @ApiProperty(CLIENT_SECRET)
  clientSecret: string;
}

/** How long the former secret lives on. */
export class OverlapQueryDto {
  /**
   * A whole number with `s`, `m`, `h` or `d`, up to 90 days.
   * @example 24h
   */
  @MayBeLeftOut()
  @ApiProperty({ maxLength: 8 })
  @Matches(/^(0|\d{1,7}[smhd])$/, { message: 'overlap must be a duration such as 0s, 30m or 24h' })
  overlap: string = '0s';
}

/** The path parameter of a route to one client. */
export class ClientIdDto {
  /** @example shop */
  @IsLine(1, 200)
  clientId: string;
}

/** Which clients are wanted, in which order. */
export class ClientsQueryDto extends PageQueryDto {
  /** With `-`, downwards. */
  @IsIn(SORTS)
  @ApiProperty({ enum: SORTS, required: false })
  sort: (typeof SORTS)[number] = 'clientId';
}

/** A part of the list of clients. */
export class ClientPageDto extends PageDto {
  @ApiProperty({ maxItems: 200 })
  items: ClientDto[];
}
