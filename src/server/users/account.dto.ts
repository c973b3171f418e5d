import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ONE_LINE } from '../http/is-line.decorator.js';
import { PasswordHintDto } from '../passwords/password-strength.dto.js';
import { NAMES, PERMISSION_NAMES } from '../rbac/rbac.schemas.js';

/** An account as lists show it. */
export class ListedAccountDto {
  /** @example 5f0f7a53-3e4b-4c5e-9d1a-2b7c8d9e0f10 */
  @ApiProperty({ format: 'uuid' })
  id: string;
  @ApiProperty({ enum: ['user', 'service'] })
  kind: 'user' | 'service';
  /** @example backup */
  @ApiProperty({ maxLength: 100, pattern: ONE_LINE })
  username: string;
  @ApiProperty({ type: String, nullable: true, format: 'email', maxLength: 254 })
  email: string | null;
  @ApiProperty({ maxLength: 200, pattern: ONE_LINE })
  name: string;
  @ApiProperty({ maxLength: 1_000, pattern: ONE_LINE })
  description: string;
  isActive: boolean;
  isVerified: boolean;
  /** @example local */
  @ApiProperty({ maxLength: 100, pattern: ONE_LINE })
  source: string;
  /** The names of its groups. */
  @ApiProperty(NAMES)
  groups: string[];
  /** The names of the roles that it holds without a group. */
  @ApiProperty(NAMES)
  roles: string[];
  createdAt: Date;
  updatedAt: Date;
  @ApiProperty({ type: Date, nullable: true })
  lastLoginAt: Date | null;
}

/** An account. */
export class AccountDto extends ListedAccountDto {
  /** The names of all permissions that it holds. */
  @ApiProperty(PERMISSION_NAMES)
  permissions: string[];
}

/** One’s own account. */
export class OwnAccountDto extends AccountDto {
  /** Whether its password is to be changed before anything else, since somebody else has set it. */
  mustChangePassword: boolean;

  /** The mail address that is to take the place of the other, as soon as it is verified. */
  @ApiProperty({ type: String, nullable: true, format: 'email', maxLength: 254 })
  pendingEmail: string | null;
}

/** An account that was made or changed. */
export class ChangedAccountDto extends AccountDto {
  /** How good its password is, where one was set. */
  @ApiPropertyOptional({ type: PasswordHintDto })
  passwordStrength?: PasswordHintDto;
}
