import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';

/**
 * What documents say of a line: no control characters. A pattern that means the same to whoever reads it, with or without
 * the `u` flag, so what it says of halves of characters is left to {@link IsLine}.
 */
export const ONE_LINE = String.raw`^[^\u0000-\u001F\u007F-\u009F]*$`;

/**
 * One line of text: 1 to `max` characters, none of them a control character. PostgreSQL would refuse a NUL in the midst
 * of a query, and halves of a character (lone surrogates) would be stored as something else.
 */
export function IsLine(max: number): PropertyDecorator {
  return applyDecorators(
    Matches(new RegExp(`^[^\\p{Cc}\\p{Cs}]{1,${max}}$`, 'u'), {
      message: `$property must be a line of 1 to ${max} characters, without control characters`,
    }),
    ApiProperty({ minLength: 1, maxLength: max, pattern: ONE_LINE }),
  );
}
