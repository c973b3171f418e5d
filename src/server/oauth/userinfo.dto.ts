import { ApiProperty } from '@nestjs/swagger';
import { ONE_LINE } from '../http/is-line.decorator.js';
import { NAMES, PERMISSION_NAMES } from '../rbac/rbac.schemas.js';

/** The claims of the caller. */
export class UserinfoDto {
  /** The account’s id. */
  @ApiProperty({ format: 'uuid' })
  sub: string;
  /** @example frank */
  @ApiProperty({ maxLength: 100, pattern: ONE_LINE })
  username: string;
  /** The same, by the name that OpenID Connect has for it. */
  @ApiProperty({ maxLength: 100, pattern: ONE_LINE })
  preferred_username: string;
  @ApiProperty({ maxLength: 200, pattern: ONE_LINE })
  name: string;
  @ApiProperty(NAMES)
  groups: string[];
  @ApiProperty(NAMES)
  roles: string[];
  /** The permissions that are in force for this token. */
  @ApiProperty(PERMISSION_NAMES)
  permissions: string[];
}
