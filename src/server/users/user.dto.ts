import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { IsBoolean, IsIn } from 'class-validator';
import { IsLine } from '../http/is-line.decorator.js';
import { MayBeLeftOut } from '../http/may-be-left-out.decorator.js';
import { PageDto, PageQueryDto } from '../http/page.dto.js';
import { IsPassword } from '../passwords/is-password.decorator.js';
import { AreNamesOf } from '../rbac/rbac.validators.js';
import { ListedAccountDto } from './account.dto.js';
import { IsMailAddress } from './is-mail-address.decorator.js';
import { IsUsername } from './is-username.decorator.js';

const SORTED_BY = ['username', 'name', 'email', 'createdAt', 'lastLoginAt'] as const;

/** By what people can be sorted; with `-`, downwards. */
const SORTS = SORTED_BY.flatMap((key) => [key, `-${key}`] as const);

/** A person’s account to be made. */
export class CreateUserDto {
  /** @example rosa */
  @IsUsername()
  username: string;

  /** @example rosa@example.com */
  @IsMailAddress()
  email: string;

  /** @example "Rosa Rossi" */
  @MayBeLeftOut()
  @IsLine(0, 200)
  name?: string;

  /** @example "Accounting, Milan" */
  @MayBeLeftOut()
  @IsLine(0, 1_000)
  description?: string;

  /** To be changed by the person. Taken verbatim, and never shown again. */
  @MayBeLeftOut()
  @IsPassword()
  password?: string;

  /**
   * The names of its groups.
   * @example ["finance"]
   */
  @MayBeLeftOut()
  @AreNamesOf('group')
  groups?: string[];

  /**
   * The names of the roles that it holds without a group.
   * @example []
   */
  @MayBeLeftOut()
  @AreNamesOf('role')
  roles?: string[];

  /** False: nobody can log in with it. */
  @MayBeLeftOut()
  @IsBoolean()
  isActive?: boolean;

  /** Whether the mail address is known to be the person’s. */
  @MayBeLeftOut()
  @IsBoolean()
  isVerified?: boolean;
}

/** The fields to change. A field that is left out stays as it is. */
export class UpdateUserDto extends PartialType(CreateUserDto, { skipNullProperties: false }) {}

/** Which people are wanted, in which order. */
export class UsersQueryDto extends PageQueryDto {
  /** Those in the group of this name. */
  @MayBeLeftOut()
  @IsLine(1, 200)
  group?: string;

  /** Those who hold the role of this name, through a group or without. */
  @MayBeLeftOut()
  @IsLine(1, 200)
  role?: string;

  /** Those whose account is active, or those whose isn’t. */
  @MayBeLeftOut()
  @IsIn(['true', 'false'])
  // A query is text.
  @ApiPropertyOptional({ type: String, enum: ['true', 'false'] })
  isActive?: 'true' | 'false';

  /** With `-`, downwards. */
  @IsIn(SORTS)
  @ApiProperty({ enum: SORTS, required: false })
  sort: (typeof SORTS)[number] = 'username';
}

/** A part of the list of people. */
export class UserPageDto extends PageDto {
  @ApiProperty({ maxItems: 200 })
  items: ListedAccountDto[];
}
