import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, Matches, ValidateBy } from 'class-validator';
import { isPermissionPattern } from '../../policy/index.js';
import { AllDifferent } from '../http/all-different.decorator.js';
import { ONE_LINE } from '../http/is-line.decorator.js';
import { nameKey } from '../names/name-key.js';
import { NAME as STORED_NAME, PERMISSION_PATTERN } from './rbac.schemas.js';

/** More of one thing than anybody means. */
const MOST_PATTERNS = 1_000;
const MOST_NAMES = 200;

const NAME = /^[\p{L}\p{N}][^\p{C}]{0,99}$/u;

/** The name of a group or role to be made: a line, with nothing in it that can't be seen. */
export function IsGrantName(): PropertyDecorator {
  const validate = (value: unknown): boolean =>
    typeof value === 'string' && NAME.test(value) && value === value.trim() && NAME.test(nameKey(value));
  const defaultMessage = (): string =>
    '$property must be 1 to 100 characters that can be seen, begin with a letter or digit, and not end with a space';
  return applyDecorators(
    ValidateBy({ name: 'isGrantName', validator: { validate, defaultMessage } }),
    ApiProperty({ minLength: 1, maxLength: 100, pattern: ONE_LINE }),
  );
}

/** What a role may hold. */
export function IsPatterns(): PropertyDecorator {
  const validate = (value: unknown): boolean => typeof value === 'string' && isPermissionPattern(value);
  const defaultMessage = (): string => 'each value in $property must be the name of a permission, "area:*", or "*"';
  return applyDecorators(
    IsArray(),
    ArrayMaxSize(MOST_PATTERNS),
    AllDifferent(),
    ValidateBy({ name: 'isPatterns', validator: { validate, defaultMessage } }, { each: true }) as PropertyDecorator,
    ApiProperty(listOf(PERMISSION_PATTERN, MOST_PATTERNS)),
  );
}

/** Names of groups or roles; whether there are such is asked elsewhere. */
export function AreNamesOf(what: 'group' | 'role'): PropertyDecorator {
  return applyDecorators(
    IsArray(),
    ArrayMaxSize(MOST_NAMES),
    AllDifferent(),
    Matches(/^[^\p{Cc}\p{Cs}]{1,200}$/u, {
      each: true,
      message: `each value in $property must be the name of a ${what}`,
    }) as PropertyDecorator,
    ApiProperty(listOf(STORED_NAME, MOST_NAMES)),
  );
}

function listOf(items: object, maxItems: number): ApiPropertyOptions {
  return { type: 'array', items: { type: 'string', ...items }, maxItems, uniqueItems: true };
}
