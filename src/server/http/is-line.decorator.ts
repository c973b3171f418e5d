import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';

/**
 * One line of text: `min` to `max` characters, none of them a control character. PostgreSQL would refuse a NUL in the
 * midst of a query, and halves of a character (lone surrogates) would be stored as something else.
 */
export function IsLine(min: number, max: number): PropertyDecorator {
  return applyDecorators(
    Matches(new RegExp(`^[^\\p{Cc}\\p{Cs}]{${min},${max}}$`, 'u'), {
      message: `$property must be a line of ${min} to ${max} characters, without control characters`,
    }),
    ApiProperty({ minLength: min, maxLength: max }),
  );
}
