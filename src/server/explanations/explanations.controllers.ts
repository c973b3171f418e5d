import { Body, Controller, Get, Header, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Protected } from '../../access/index.js';
import { Access, ServiceAccounts, Users } from '../../policy/index.js';
import { RowIdDto } from '../http/row-id.dto.js';
import {
  AccessQueryDto,
  AccessQuestionsDto,
  AccessResultsDto,
  ExplainedAccessDto,
  HeldPermissionDto,
} from './explanation.dto.js';
import { Explanations } from './explanations.service.js';

const WITH_PATHS =
  'Each with all ways that give it: group → role → what the role grants, or role → what it grants. Whether the account is ' +
  'switched off makes no difference here.\n\nAnswers 404 if there is no such account.';
const WITH_REASON =
  'Yes or no, and the reason in a sentence: as for a token of the account that is neither narrowed nor for a limited ' +
  'client.\n\nAnswers 404 if there is no such account. For a permission that there isn’t, the answer is no.';

/** Why people may do what they may. */
@ApiTags('Administration')
@Controller('users/:id')
@Protected(Users.read)
export class UserExplanationsController {
  constructor(private readonly explanations: Explanations) {}

  @Get('permissions')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'listUserPermissions',
    summary: 'List the permissions of a person, and why each is held',
    description: WITH_PATHS,
  })
  @ApiOkResponse({ type: [HeldPermissionDto], description: 'The permissions, by name.' })
  permissions(@Param() { id }: RowIdDto): Promise<HeldPermissionDto[]> {
    return this.explanations.permissionsOf(id, 'user');
  }

  @Get('access')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'explainUserAccess',
    summary: 'Ask whether a person may do something, and why',
    description: WITH_REASON,
  })
  @ApiOkResponse({ type: ExplainedAccessDto, description: 'The answer.' })
  access(@Param() { id }: RowIdDto, @Query() { permission }: AccessQueryDto): Promise<ExplainedAccessDto> {
    return this.explanations.accessOf(id, 'user', permission);
  }
}

/** Why service accounts may do what they may. */
@ApiTags('Administration')
@Controller('service-accounts/:id')
@Protected(ServiceAccounts.read)
export class ServiceAccountExplanationsController {
  constructor(private readonly explanations: Explanations) {}

  @Get('permissions')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'listServiceAccountPermissions',
    summary: 'List the permissions of a service account, and why each is held',
    description: WITH_PATHS,
  })
  @ApiOkResponse({ type: [HeldPermissionDto], description: 'The permissions, by name.' })
  permissions(@Param() { id }: RowIdDto): Promise<HeldPermissionDto[]> {
    return this.explanations.permissionsOf(id, 'service');
  }

  @Get('access')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'explainServiceAccountAccess',
    summary: 'Ask whether a service account may do something, and why',
    description: WITH_REASON,
  })
  @ApiOkResponse({ type: ExplainedAccessDto, description: 'The answer.' })
  access(@Param() { id }: RowIdDto, @Query() { permission }: AccessQueryDto): Promise<ExplainedAccessDto> {
    return this.explanations.accessOf(id, 'service', permission);
  }
}

/** Questions of applications. */
@ApiTags('Connected applications')
@Controller('access')
export class AccessCheckController {
  constructor(private readonly explanations: Explanations) {}

  @Post('check')
  @HttpCode(200)
  @Protected(Access.check)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'checkAccess',
    summary: 'Ask whether accounts may do something',
    description:
      'Up to 100 questions at once, about people and service accounts. For an account or a permission that there isn’t, ' +
      'the answer is no.',
  })
  @ApiOkResponse({ type: AccessResultsDto, description: 'The answers, in the order of the questions.' })
  async check(@Body() { checks }: AccessQuestionsDto): Promise<AccessResultsDto> {
    return { results: await this.explanations.check(checks) };
  }
}
