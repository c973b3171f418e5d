import { ApiProperty } from '@nestjs/swagger';

/** An account as lists show it. */
export class ListedAccountDto {
  /** @example 5f0f7a53-3e4b-4c5e-9d1a-2b7c8d9e0f10 */
  id: string;
  @ApiProperty({ enum: ['user', 'service'] })
  kind: 'user' | 'service';
  /** @example backup */
  username: string;
  @ApiProperty({ type: String, nullable: true })
  email: string | null;
  name: string;
  description: string;
  isActive: boolean;
  isVerified: boolean;
  /** @example local */
  source: string;
  /** The names of its groups. */
  groups: string[];
  /** The names of the roles that it holds without a group. */
  roles: string[];
  createdAt: Date;
  updatedAt: Date;
  @ApiProperty({ type: Date, nullable: true })
  lastLoginAt: Date | null;
}

/** An account. */
export class AccountDto extends ListedAccountDto {
  /** The names of all permissions that it holds. */
  permissions: string[];
}
