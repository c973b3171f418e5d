import { ApiProperty, PartialType, PickType } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { IsLine, ONE_LINE } from '../http/is-line.decorator.js';
import { MayBeLeftOut } from '../http/may-be-left-out.decorator.js';
import { PageDto, PageQueryDto } from '../http/page.dto.js';
import { NAME, NAMES } from './rbac.schemas.js';
import { AreNamesOf, IsGrantName } from './rbac.validators.js';

/** By what groups can be sorted; with `-`, downwards. */
const SORTS = ['name', '-name', 'createdAt', '-createdAt'] as const;

/** A group to be made. */
export class CreateGroupDto {
  /** @example "Board" */
  @IsGrantName()
  name: string;

  /** @example "The board, and who assists it" */
  @MayBeLeftOut()
  @IsLine(0, 1_000)
  description?: string;

  /**
   * The names of the roles that its members hold.
   * @example ["finance"]
   */
  @MayBeLeftOut()
  @AreNamesOf('role')
  roles?: string[];
}

/** The fields to change. A field that is left out stays as it is. */
export class UpdateGroupDto extends PartialType(PickType(CreateGroupDto, ['description', 'roles']), {
  skipNullProperties: false,
}) {}

/** A group. */
export class GroupDto {
  /** @example Board */
  @ApiProperty(NAME)
  name: string;
  @ApiProperty({ maxLength: 1_000, pattern: ONE_LINE })
  description: string;
  /** The names of the roles that its members hold. */
  @ApiProperty({ ...NAMES, maxItems: 200 })
  roles: string[];
  createdAt: Date;
  updatedAt: Date;
}

/** Which groups are wanted, in which order. */
export class GroupsQueryDto extends PageQueryDto {
  /** With `-`, downwards. */
  @IsIn(SORTS)
  @ApiProperty({ enum: SORTS, required: false })
  sort: (typeof SORTS)[number] = 'name';
}

/** A part of the list of groups. */
export class GroupPageDto extends PageDto {
  @ApiProperty({ maxItems: 200 })
  items: GroupDto[];
}
