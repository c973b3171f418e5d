import { IsPassword } from '../passwords/is-password.decorator.js';
import { IsCurrentPassword } from './is-current-password.decorator.js';

/** Another password for one's own account. */
export class ChangePasswordDto {
  /** The one with which one logs in now. */
  @IsCurrentPassword()
  currentPassword: string;

  /** Taken verbatim. */
  @IsPassword()
  newPassword: string;
}
