import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayUnique, IsArray, IsObject, ValidateNested } from 'class-validator';
import { PERMISSION_DESCRIPTION_LENGTH } from '../../policy/index.js';
import { IsLine } from '../http/is-line.decorator.js';
import { IsPermissionName } from './is-permission-name.decorator.js';
import { PERMISSION_NAMES } from './rbac.schemas.js';

/** More than any application means. */
const MOST = 1_000;

/** A permission that an application declares. */
export class DeclaredPermissionDto {
  /** @example shop:orders:read */
  @IsPermissionName()
  name: string;

  /**
   * What holding it allows, in words for the administrator.
   * @example "See the orders"
   */
  @IsLine(0, PERMISSION_DESCRIPTION_LENGTH)
  description: string;
}

/** All permissions that an application declares. */
export class DeclarePermissionsDto {
  @IsArray()
  @ArrayMaxSize(MOST)
  @ArrayUnique((permission: { name?: unknown } | null) => permission?.name, {
    message: 'each permission must be there once',
  })
  // A list in the place of one has no fields that could be wrong.
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => DeclaredPermissionDto)
  @ApiProperty({ type: [DeclaredPermissionDto], maxItems: MOST })
  permissions: DeclaredPermissionDto[];
}

/** What the application declares now. */
export class DeclaredPermissionsDto {
  @ApiProperty({ maxItems: MOST })
  permissions: DeclaredPermissionDto[];
  /** Names that it declared once and doesn’t any more. They are kept, for an administrator to delete. */
  @ApiProperty(PERMISSION_NAMES)
  withdrawn: string[];
}
