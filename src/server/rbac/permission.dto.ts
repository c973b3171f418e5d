import { ApiProperty, PickType } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { PERMISSION_DESCRIPTION_LENGTH } from '../../policy/index.js';
import { IsLine, ONE_LINE } from '../http/is-line.decorator.js';
import { MayBeLeftOut } from '../http/may-be-left-out.decorator.js';
import { PageDto, PageQueryDto } from '../http/page.dto.js';
import { CLIENT_ID } from '../names/client-id.schema.js';
import { IsPermissionName } from './is-permission-name.decorator.js';
import { PERMISSION_NAME } from './rbac.schemas.js';

/** By what permissions can be sorted; with `-`, downwards. */
const SORTS = ['name', '-name'] as const;

/** A permission to be made. */
export class CreatePermissionDto {
  /** @example shop:orders:read */
  @IsPermissionName()
  name: string;

  /**
   * What holding it allows, in words for administrators.
   * @example "See the orders"
   */
  @MayBeLeftOut()
  @IsLine(0, PERMISSION_DESCRIPTION_LENGTH)
  description?: string;
}

/** What to change. */
export class UpdatePermissionDto extends PickType(CreatePermissionDto, ['description']) {}

/** A permission. */
export class PermissionDto {
  /** @example shop:orders:read */
  @ApiProperty(PERMISSION_NAME)
  name: string;
  @ApiProperty({ maxLength: PERMISSION_DESCRIPTION_LENGTH, pattern: ONE_LINE })
  description: string;
  /** Declared in code, of this service or of a connected application: neither changed nor deleted over HTTP. */
  managed: boolean;
  /** The client of the application that declares it, or did; null where none has. */
  @ApiProperty({ type: String, nullable: true, ...CLIENT_ID })
  declaredBy: string | null;
  /** Since when it is no longer declared; null while it is, and where it never was. */
  @ApiProperty({ type: Date, nullable: true })
  withdrawnAt: Date | null;
  createdAt: Date;
}

/** The path parameter of a route to one permission. */
export class PermissionNameDto {
  /** Its name. */
  @IsPermissionName()
  name: string;
}

/** Which permissions are wanted, in which order. */
export class PermissionsQueryDto extends PageQueryDto {
  /** With `-`, downwards. */
  @IsIn(SORTS)
  @ApiProperty({ enum: SORTS, required: false })
  sort: (typeof SORTS)[number] = 'name';
}

/** A part of the list of permissions. */
export class PermissionPageDto extends PageDto {
  @ApiProperty({ maxItems: 200 })
  items: PermissionDto[];
}
