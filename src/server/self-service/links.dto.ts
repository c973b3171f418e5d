import { ApiProperty } from '@nestjs/swagger';
import { IsLine } from '../http/is-line.decorator.js';
import { MayBeLeftOut } from '../http/may-be-left-out.decorator.js';
import { IsPassword } from '../passwords/is-password.decorator.js';
import { IsMailAddress } from '../users/is-mail-address.decorator.js';

/** Whose mail address is to be verified. */
export class RequestVerificationDto {
  /** @example maria@example.com */
  @IsMailAddress()
  email: string;
}

/** What a mail brought. */
export class VerifyDto {
  /** What stands behind `token=` in the link. */
  @IsLine(1, 200)
  @ApiProperty({ writeOnly: true })
  token: string;
}

/** Who has forgotten their password: one of the two. */
export class ForgotPasswordDto {
  /** @example maria@example.com */
  @MayBeLeftOut()
  @IsMailAddress()
  email?: string;

  /** @example maria */
  @MayBeLeftOut()
  @IsLine(1, 254)
  username?: string;
}

/** A new password, and what shows whose it is to be. */
export class ResetPasswordDto extends VerifyDto {
  /** Taken verbatim, and never shown again. */
  @IsPassword()
  password: string;
}
