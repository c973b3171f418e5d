import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';
import { isPermissionName } from '../../policy/index.js';
import { PERMISSION_NAME } from './rbac.schemas.js';

/** The name of one permission. */
export function IsPermissionName(): PropertyDecorator {
  const validate = (value: unknown): boolean => typeof value === 'string' && isPermissionName(value);
  const defaultMessage = (): string =>
    '$property must be two or more lower-case words joined by ":", such as shop:orders:read';
  return applyDecorators(
    ValidateBy({ name: 'isPermissionName', validator: { validate, defaultMessage } }),
    ApiProperty(PERMISSION_NAME),
  );
}
