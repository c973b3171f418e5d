import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';

/** A new password: 8 to 128 characters, whichever they are (ASVS 6.2.1, 6.2.5, 6.2.9). It is taken verbatim. */
export function IsPassword(): PropertyDecorator {
  return applyDecorators(
    // Halves of a character (lone surrogates) would be hashed as something else.
    Matches(/^[^\p{Cs}]{8,128}$/u, { message: '$property must be 8 to 128 characters' }),
    ApiProperty({ minLength: 8, maxLength: 128, format: 'password', writeOnly: true }),
  );
}
