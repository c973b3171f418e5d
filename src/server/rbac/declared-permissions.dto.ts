import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayUnique, IsArray, ValidateBy, ValidateNested } from 'class-validator';
import { isPermissionName } from '../../policy/index.js';
import { IsLine } from '../http/is-line.decorator.js';
import { PERMISSION_NAME, PERMISSION_NAMES } from './rbac.schemas.js';

/** More than any application means. */
const MOST = 1_000;

/** The name of one permission. */
function IsPermissionName(): PropertyDecorator {
  const validate = (value: unknown): boolean => typeof value === 'string' && isPermissionName(value);
  const defaultMessage = (): string =>
    '$property must be two or more lower-case words joined by ":", such as shop:orders:read';
  return applyDecorators(
    ValidateBy({ name: 'isPermissionName', validator: { validate, defaultMessage } }),
    ApiProperty(PERMISSION_NAME),
  );
}

/** A permission that an application declares. */
export class DeclaredPermissionDto {
  /** @example shop:orders:read */
  @IsPermissionName()
  name: string;

  /**
   * What holding it allows, in words for the administrator.
   * @example "See the orders"
   */
  @IsLine(0, 300)
  description: string;
}

/** All permissions that an application declares. */
export class DeclarePermissionsDto {
  @IsArray()
  @ArrayMaxSize(MOST)
  @ArrayUnique((permission: { name?: unknown } | null) => permission?.name, {
    message: 'each permission must be there once',
  })
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
