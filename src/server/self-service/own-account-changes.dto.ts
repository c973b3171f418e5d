import { IsLine } from '../http/is-line.decorator.js';
import { MayBeLeftOut } from '../http/may-be-left-out.decorator.js';
import { IsMailAddress } from '../users/is-mail-address.decorator.js';
import { IsUsername } from '../users/is-username.decorator.js';
import { IsCurrentPassword } from './is-current-password.decorator.js';

/** What people change of themselves. A field that is left out stays as it is. */
export class UpdateOwnAccountDto {
  /** @example rosa */
  @MayBeLeftOut()
  @IsUsername()
  username?: string;

  /** @example "Rosa Rossi" */
  @MayBeLeftOut()
  @IsLine(0, 200)
  name?: string;

  /** @example "Accounting, Milan" */
  @MayBeLeftOut()
  @IsLine(0, 1_000)
  description?: string;

  /**
   * Takes effect when it is verified, by the link that is mailed there. The present one: takes back a change that is under way.
   * @example rosa@example.com
   */
  @MayBeLeftOut()
  @IsMailAddress()
  email?: string;

  /** For another mail address, where the login is older than a quarter of an hour. */
  @MayBeLeftOut()
  @IsCurrentPassword()
  currentPassword?: string;
}
