import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';

/** Those of other systems, which may have been taken over, may be longer than new ones can be. */
const LONGEST = 1_000;

/** The password that somebody has. */
export function IsCurrentPassword(): PropertyDecorator {
  return applyDecorators(
    Matches(new RegExp(`^[^\\p{Cs}]{1,${LONGEST}}$`, 'u'), { message: `$property must be 1 to ${LONGEST} characters` }),
    ApiProperty({ minLength: 1, maxLength: LONGEST, format: 'password', writeOnly: true }),
  );
}
