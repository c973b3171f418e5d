import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsObject, IsUUID, ValidateNested } from 'class-validator';
import { PERMISSION_DESCRIPTION_LENGTH } from '../../policy/index.js';
import { ONE_LINE } from '../http/is-line.decorator.js';
import { IsPermissionName } from '../rbac/is-permission-name.decorator.js';
import { NAME, PERMISSION_NAME, PERMISSION_PATTERN } from '../rbac/rbac.schemas.js';
import { LONGEST_REASON } from './reason.js';

/** So many questions at once. */
const MOST = 100;

/** One way by which an account holds a permission. */
export class GrantPathDto {
  /** The group that it is in; null where it holds the role without a group. */
  @ApiProperty({ type: String, nullable: true, example: 'finance', ...NAME })
  group: string | null;
  /** @example clerk */
  @ApiProperty(NAME)
  role: string;
  /**
   * What the role grants: the permission’s name, or a pattern that reaches it.
   * @example "finance:*"
   */
  @ApiProperty(PERMISSION_PATTERN)
  pattern: string;
}

/** A permission that an account holds, and why. */
export class HeldPermissionDto {
  /** @example finance:read */
  @ApiProperty(PERMISSION_NAME)
  permission: string;
  /** What holding it allows. */
  @ApiProperty({ maxLength: PERMISSION_DESCRIPTION_LENGTH, pattern: ONE_LINE })
  description: string;
  /** All ways that give it. None: everybody who has an account holds it. */
  @ApiProperty({ type: [GrantPathDto] })
  paths: GrantPathDto[];
}

/** Which permission is asked about. */
export class AccessQueryDto {
  /**
   * The name of a permission.
   * @example finance:read
   */
  @IsPermissionName()
  permission: string;
}

/** An answer to one question. */
export class AccessAnswerDto {
  /** @example finance:read */
  @ApiProperty(PERMISSION_NAME)
  permission: string;
  /** Whether the account may do it now. A token that was narrowed, or is for a limited client, may do less. */
  allowed: boolean;
  /**
   * Why, in words for people.
   * @example "maria is in the group finance, whose role clerk grants finance:*."
   */
  @ApiProperty({ maxLength: LONGEST_REASON, pattern: ONE_LINE })
  reason: string;
}

/** An answer about an account, with what gives the permission. */
export class ExplainedAccessDto extends AccessAnswerDto {
  /** All ways that give it; of an account that is switched off, too. */
  @ApiProperty({ type: [GrantPathDto] })
  paths: GrantPathDto[];
}

/** One question. */
export class AccessQuestionDto {
  /** The id of a person’s or a service’s account. */
  @IsUUID()
  accountId: string;

  /**
   * The name of a permission.
   * @example finance:read
   */
  @IsPermissionName()
  permission: string;
}

/** Questions about what accounts may do. */
export class AccessQuestionsDto {
  /** 1 to 100 questions. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST)
  // A list in the place of one has no fields that could be wrong.
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => AccessQuestionDto)
  @ApiProperty({ type: [AccessQuestionDto], minItems: 1, maxItems: MOST })
  checks: AccessQuestionDto[];
}

/** An answer to one of several questions. */
export class AccessResultDto extends AccessAnswerDto {
  @ApiProperty({ format: 'uuid' })
  accountId: string;
}

/** The answers, in the order of the questions. */
export class AccessResultsDto {
  @ApiProperty({ type: [AccessResultDto], minItems: 1, maxItems: MOST })
  results: AccessResultDto[];
}
