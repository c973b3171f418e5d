import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { PASSWORD, PASSWORD_LENGTH } from '../../config/password-length.js';

const { least, advised, most } = PASSWORD_LENGTH;

/**
 * A new password, of any characters (ASVS 6.2.1, 6.2.5, 6.2.9). It is taken verbatim. Whether it is a good one is settled
 * by `PasswordRules`, which know whose it is to be.
 */
export function IsPassword(): PropertyDecorator {
  return applyDecorators(
    Matches(PASSWORD, { message: `$property must be ${least} to ${most} characters; ${advised} or more are advised` }),
    ApiProperty({ minLength: least, maxLength: most, format: 'password', writeOnly: true }),
  );
}
