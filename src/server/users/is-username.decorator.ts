import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';
import { isUuid } from '../../policy/index.js';
import { ONE_LINE } from '../http/is-line.decorator.js';
import { nameKey } from '../names/name-key.js';

const NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]{0,98}[\p{L}\p{M}\p{N}._-]$/u;

/** Whether somebody may be called so. */
export function isUsername(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value) && NAME.test(nameKey(value)) && !isUuid(value);
}

/** A user name: nothing in it that can't be seen, that a mail address has, or that makes it look like an id. */
export function IsUsername(): PropertyDecorator {
  return applyDecorators(
    ValidateBy({
      name: 'isUsername',
      validator: {
        validate: isUsername,
        defaultMessage: () =>
          '$property must be 2 to 100 letters, digits, spaces, ".", "_" or "-", begin with a letter or digit, and be no UUID',
      },
    }),
    ApiProperty({ minLength: 2, maxLength: 100, pattern: ONE_LINE }),
  );
}
