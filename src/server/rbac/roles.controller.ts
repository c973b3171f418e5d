import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { Protected } from '../../access/index.js';
import { Roles } from '../../policy/index.js';
import type { Actor } from '../audit/actor.js';
import { CurrentActor } from '../audit/current-actor.decorator.js';
import { Creates } from '../http/creates.decorator.js';
import { IfMatch, Tagged, TakesIfMatch } from '../http/etag.js';
import { GrantNameDto } from './grant-name.dto.js';
import { CreateRoleDto, RoleDto, RolePageDto, RolesQueryDto, UpdateRoleDto } from './role.dto.js';
import { RolesService } from './roles.service.js';

/** Named sets of permissions. */
@ApiTags('Administration')
@Controller('roles')
export class RolesController {
  constructor(private readonly roles: RolesService) {}

  @Get()
  @Protected(Roles.read)
  @ApiOperation({ operationId: 'listRoles', summary: 'List the roles' })
  @ApiOkResponse({ type: RolePageDto, description: 'A part of the list.' })
  list(@Query() query: RolesQueryDto): Promise<RolePageDto> {
    return this.roles.list(query);
  }

  @Post()
  @Protected(Roles.write)
  @Tagged()
  @Creates(RoleDto, ({ name }) => `/roles/${encodeURIComponent(name)}`)
  @ApiOperation({
    operationId: 'createRole',
    summary: 'Make a role',
    description:
      'What it grants must be in force for the caller. A name is taken in any spelling that reads the same.\n\n' +
      'Answers 409 when the name is taken, 422 for a permission that there isn’t.',
  })
  @ApiConflictResponse()
  @ApiUnprocessableEntityResponse()
  create(@Body() role: CreateRoleDto, @CurrentActor() actor: Actor): Promise<RoleDto> {
    return this.roles.create(role, actor);
  }

  @Get(':name')
  @Protected(Roles.read)
  @Tagged()
  @ApiOperation({ operationId: 'getRole', summary: 'Read a role', description: 'Answers 404 if there is none.' })
  @ApiNotFoundResponse()
  @ApiOkResponse({ type: RoleDto, description: 'The role.' })
  get(@Param() { name }: GrantNameDto): Promise<RoleDto> {
    return this.roles.get(name);
  }

  @Patch(':name')
  @Protected(Roles.write)
  @Tagged()
  @TakesIfMatch()
  @ApiOperation({
    operationId: 'updateRole',
    summary: 'Change a role',
    description:
      'Replaces the fields that are named; what the role grants, before and after, must be in force for the caller. It counts at once, for tokens that are out too.\n\n' +
      'Answers 404 if there is none, 409 for a role that is declared in code, 422 for a permission that there isn’t.',
  })
  @ApiNotFoundResponse()
  @ApiConflictResponse()
  @ApiUnprocessableEntityResponse()
  @ApiOkResponse({ type: RoleDto, description: 'The role as it is now.' })
  update(
    @Param() { name }: GrantNameDto,
    @Body() changes: UpdateRoleDto,
    @CurrentActor() actor: Actor,
    @IfMatch() ifMatch: string | undefined,
  ): Promise<RoleDto> {
    return this.roles.update(name, changes, actor, ifMatch);
  }

  @Delete(':name')
  @HttpCode(204)
  @Protected(Roles.write)
  @TakesIfMatch()
  @ApiOperation({
    operationId: 'deleteRole',
    summary: 'Delete a role',
    description:
      'Whoever holds it loses what it grants, at once; that must be in force for the caller.\n\n' +
      'Answers 404 if there is none, 409 for a role that is declared in code.',
  })
  @ApiNotFoundResponse()
  @ApiConflictResponse()
  @ApiNoContentResponse({ description: 'It is gone.' })
  delete(
    @Param() { name }: GrantNameDto,
    @CurrentActor() actor: Actor,
    @IfMatch() ifMatch: string | undefined,
  ): Promise<void> {
    return this.roles.delete(name, actor, ifMatch);
  }
}
