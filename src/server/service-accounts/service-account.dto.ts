import { ApiProperty, PartialType } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsInt, IsUUID, Matches, Max, Min } from 'class-validator';
import { CLIENT_SECRET } from '../clients/client.schemas.js';
import { IsLine } from '../http/is-line.decorator.js';
import { MayBeLeftOut } from '../http/may-be-left-out.decorator.js';
import { PageDto, PageQueryDto } from '../http/page.dto.js';
import { CLIENT_ID } from '../names/client-id.schema.js';
import { AreNamesOf } from '../rbac/rbac.validators.js';
import { ListedAccountDto } from '../users/account.dto.js';
import { ACCESS_TOKEN } from '../tokens/token.schemas.js';
import { IsUsername } from '../users/is-username.decorator.js';

/** By what service accounts can be sorted; with `-`, downwards. */
const SORTS = ['username', '-username', 'createdAt', '-createdAt'] as const;

/** A service account to be made. */
export class CreateServiceAccountDto {
  /** @example backup */
  @IsUsername()
  username: string;

  /** @example "Nightly backup" */
  @MayBeLeftOut()
  @IsLine(0, 200)
  name?: string;

  /** @example "Copies the invoices to the archive" */
  @MayBeLeftOut()
  @IsLine(0, 1_000)
  description?: string;

  /**
   * The names of its groups.
   * @example ["finance"]
   */
  @MayBeLeftOut()
  @AreNamesOf('group')
  groups?: string[];

  /**
   * The names of the roles that it holds without a group.
   * @example []
   */
  @MayBeLeftOut()
  @AreNamesOf('role')
  roles?: string[];
}

/** The fields to change. A field that is left out stays as it is. */
export class UpdateServiceAccountDto extends PartialType(CreateServiceAccountDto, { skipNullProperties: false }) {
  /** False ends all its tokens for good, and its client gets no others. */
  @MayBeLeftOut()
  @IsBoolean()
  isActive?: boolean;
}

/** The path parameter of a route to one service account. */
export class ServiceAccountIdDto {
  /** The account's id. */
  @IsUUID()
  id: string;
}

/** Which service accounts are wanted, in which order. */
export class ServiceAccountsQueryDto extends PageQueryDto {
  /** With `-`, downwards. */
  @IsIn(SORTS)
  @ApiProperty({ enum: SORTS, required: false })
  sort: (typeof SORTS)[number] = 'username';
}

/** A part of the list of service accounts. */
export class ServiceAccountPageDto extends PageDto {
  @ApiProperty({ maxItems: 200 })
  items: ListedAccountDto[];
}

/** A token to be made for a service account. */
export class CreateServiceTokenDto {
  /**
   * What people call it.
   * @example "Backup server"
   */
  @IsLine(1, 200)
  name: string;

  /**
   * Permissions to narrow the token to, separated by spaces. Left out: the token follows the account.
   * @example finance:read
   */
  @MayBeLeftOut()
  @Matches(/^[\x21\x23-\x5B\x5D-\x7E ]{0,10000}$/, { message: 'scope must be permissions, separated by spaces' })
  @ApiProperty({ maxLength: 10_000, pattern: String.raw`^[\x20\x21\x23-\x5B\x5D-\x7E]*$` })
  scope?: string;

  /**
   * Its lifetime in seconds. Left out: the longest that is allowed, by setting.
   * @example 7776000
   */
  @MayBeLeftOut()
  @IsInt()
  @Min(1)
  @Max(2 ** 31)
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 2 ** 31 })
  expiresIn?: number;
}

/** A token of a service account. */
export class ServiceTokenDto {
  /** Its id in the registry. */
  @ApiProperty({ format: 'uuid' })
  jti: string;
  /** The access token; shown this once. */
  @ApiProperty(ACCESS_TOKEN)
  token: string;
  expiresAt: Date;
}

/** The credentials of a service account for `client_credentials`. */
export class ServiceSecretDto {
  /** @example client-0f1e2d3c4b5a69788796a5b4c3d2e1f0 */
  @ApiProperty(CLIENT_ID)
  clientId: string;
  /** Shown this once. */
  @ApiProperty(CLIENT_SECRET)
  clientSecret: string;
}
