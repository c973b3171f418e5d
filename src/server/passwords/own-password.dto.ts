import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { IsPassword } from '../users/is-password.decorator.js';

/** Those of other systems, which may have been taken over, may be longer than new ones can be. */
const LONGEST = 1_000;

/** Another password for one's own account. */
export class ChangePasswordDto {
  /** The one with which one logs in now. */
  @Matches(new RegExp(`^[^\\p{Cs}]{1,${LONGEST}}$`, 'u'), { message: `$property must be 1 to ${LONGEST} characters` })
  @ApiProperty({ minLength: 1, maxLength: LONGEST, format: 'password', writeOnly: true })
  currentPassword: string;

  /** Taken verbatim. */
  @IsPassword()
  newPassword: string;
}
