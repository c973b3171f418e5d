import { ApiProperty, PartialType, PickType } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { ROLE_DESCRIPTION_LENGTH } from '../../policy/index.js';
import { IsLine, ONE_LINE } from '../http/is-line.decorator.js';
import { MayBeLeftOut } from '../http/may-be-left-out.decorator.js';
import { PageDto, PageQueryDto } from '../http/page.dto.js';
import { NAME, PERMISSION_PATTERN } from './rbac.schemas.js';
import { IsGrantName, IsPatterns } from './rbac.validators.js';

/** By what roles can be sorted; with `-`, downwards. */
const SORTS = ['name', '-name', 'createdAt', '-createdAt'] as const;

/** A role to be made. */
export class CreateRoleDto {
  /** @example invoice-clerk */
  @IsGrantName()
  name: string;

  /** @example "Writes invoices" */
  @MayBeLeftOut()
  @IsLine(0, ROLE_DESCRIPTION_LENGTH)
  description?: string;

  /**
   * What it grants: names of permissions, `area:*`, or `*`.
   * @example ["finance:read"]
   */
  @MayBeLeftOut()
  @IsPatterns()
  permissions?: string[];
}

/** The fields to change. A field that is left out stays as it is. */
export class UpdateRoleDto extends PartialType(PickType(CreateRoleDto, ['description', 'permissions']), {
  skipNullProperties: false,
}) {}

/** A role. */
export class RoleDto {
  /** @example invoice-clerk */
  @ApiProperty(NAME)
  name: string;
  @ApiProperty({ maxLength: ROLE_DESCRIPTION_LENGTH, pattern: ONE_LINE })
  description: string;
  /**
   * Names of permissions, and patterns.
   * @example ["finance:read"]
   */
  @ApiProperty({ type: 'array', items: { type: 'string', ...PERMISSION_PATTERN } })
  permissions: string[];
  /** Declared in code: neither changed nor deleted over HTTP. */
  managed: boolean;
  /** Since when the code no longer declares it; null while it does, and for roles that it never declared. */
  @ApiProperty({ type: Date, nullable: true })
  withdrawnAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** Which roles are wanted, in which order. */
export class RolesQueryDto extends PageQueryDto {
  /** With `-`, downwards. */
  @IsIn(SORTS)
  @ApiProperty({ enum: SORTS, required: false })
  sort: (typeof SORTS)[number] = 'name';
}

/** A part of the list of roles. */
export class RolePageDto extends PageDto {
  @ApiProperty({ maxItems: 200 })
  items: RoleDto[];
}
