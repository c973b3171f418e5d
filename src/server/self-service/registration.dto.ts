import { ApiProperty } from '@nestjs/swagger';
import { IsLine, ONE_LINE } from '../http/is-line.decorator.js';
import { MayBeLeftOut } from '../http/may-be-left-out.decorator.js';
import { IsPassword } from '../passwords/is-password.decorator.js';
import { IsMailAddress } from '../users/is-mail-address.decorator.js';
import { IsUsername } from '../users/is-username.decorator.js';

/** An account that somebody makes for themselves. What it may do isn't theirs to say. */
export class RegisterDto {
  /** @example robin@example.com */
  @IsMailAddress()
  email: string;

  /** Taken verbatim, and never shown again. */
  @IsPassword()
  password: string;

  /**
   * Left out: one is made of the mail address.
   * @example robin
   */
  @MayBeLeftOut()
  @IsUsername()
  username?: string;

  /** @example "Robin Rossi" */
  @MayBeLeftOut()
  @IsLine(0, 200)
  name?: string;
}

/** What became of it, as far as it can be told to whoever asks. */
export class RegisteredDto {
  /** As it was sent. */
  @ApiProperty({ format: 'email', maxLength: 254 })
  email: string;

  /** Whether the mail address is to be verified before the first login. */
  verificationRequired: boolean;

  /** Left out where the mail address is to be verified: until then it isn’t told whether there is an account. */
  @ApiProperty({ format: 'uuid', required: false })
  id?: string;

  /** Likewise. @example maria */
  @ApiProperty({ maxLength: 100, pattern: ONE_LINE, required: false })
  username?: string;
}
