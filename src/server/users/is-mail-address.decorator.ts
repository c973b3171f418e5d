import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { isEmail, ValidateBy } from 'class-validator';
import { nameKey } from '../names/name-key.js';

const INVISIBLE = /[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;

/** A mail address, as it is written and as it is compared, and nothing in it that can't be seen. */
export function IsMailAddress(): PropertyDecorator {
  return applyDecorators(
    ValidateBy({
      name: 'isMailAddress',
      validator: {
        validate: (value: unknown) =>
          // The invisible first: isEmail throws at halves of characters.
          typeof value === 'string' && !INVISIBLE.test(value) && isEmail(value) && isEmail(nameKey(value)),
        defaultMessage: () => '$property must be a mail address, such as maria@example.com',
      },
    }),
    ApiProperty({ format: 'email', maxLength: 254 }),
  );
}
