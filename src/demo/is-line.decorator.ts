import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';

/**
 * One line of text: 1 to `max` characters, none of them a control character. PostgreSQL would refuse a NUL in the midst
 * of a query, and halves of a character (lone surrogates) would be stored as something else.
 */
export function IsLine(max: number): PropertyDecorator {
  return applyDecorators(
    Matches(new RegExp(`^[^\\p{Cc}\\p{Cs}]{1,${max}}$`, 'u'), {
      message: `$property must be a line of 1 to ${max} characters, without control characters`,
    }),
    ApiProperty({ minLength: 1, maxLength: max }),
  );
}
