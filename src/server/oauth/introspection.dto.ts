import { ApiProperty } from '@nestjs/swagger';
import { ONE_LINE } from '../http/is-line.decorator.js';
import { CLIENT_ID } from '../names/client-id.schema.js';
import { NAMES, PERMISSION_NAMES } from '../rbac/rbac.schemas.js';
import { SCOPE } from './scope.js';
import { POSITION } from '../changes/position.schema.js';

/** Seconds since 1970, as far as JSON has whole numbers. */
const SECONDS = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as const;

/** What is said of a token (RFC 7662 §2.2). Of one that isn't active, `active` alone. */
export class IntrospectionDto {
  /** @example true */
  active: boolean;
  /**
   * The permissions that are in force now, separated by spaces.
   * @example 'account:self finance:read'
   */
  @ApiProperty(SCOPE)
  scope?: string;
  /** @example gatehouse */
  @ApiProperty(CLIENT_ID)
  client_id?: string;
  /** @example frank */
  @ApiProperty({ maxLength: 100, pattern: ONE_LINE })
  username?: string;
  /** Of an access token: whether the account is a person’s or a service’s. */
  kind?: 'user' | 'service';
  /** Of an access token: how the account is to be called. */
  @ApiProperty({ maxLength: 200, pattern: ONE_LINE })
  name?: string;
  /** @example Bearer */
  token_type?: 'Bearer' | 'refresh_token';
  /** Seconds since 1970. */
  @ApiProperty(SECONDS)
  exp?: number;
  /** Seconds since 1970. */
  @ApiProperty(SECONDS)
  iat?: number;
  /** The account’s id. */
  @ApiProperty({ format: 'uuid' })
  sub?: string;
  /** Whom the token is for: a text, or several. */
  @ApiProperty({ oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] })
  aud?: string | string[];
  @ApiProperty({ format: 'uri' })
  iss?: string;
  @ApiProperty({ format: 'uuid' })
  jti?: string;
  @ApiProperty(NAMES)
  groups?: string[];
  @ApiProperty(NAMES)
  roles?: string[];
  /** The same as `scope`, as a list. */
  @ApiProperty(PERMISSION_NAMES)
  permissions?: string[];
  /** Whether the token is limited to a scope for good, or follows the account. */
  narrowed?: boolean;
  /** True: the account has yet to change a password that somebody else has set, and isn’t to be let in before. */
  password_change_required?: boolean;
  /** The session of an access token; left out where it has none. */
  @ApiProperty({ format: 'uuid' })
  sid?: string;
  /**
   * Of an access token: the position in the change log up to which all counts in this answer.
   * @example '0b2d3c9a-5f0e-4f0a-9c55-0d2f0d7a1b11:42'
   */
  @ApiProperty(POSITION)
  as_of?: string;
}
