import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Protected } from '../../access/index.js';
import { Permissions } from '../../policy/index.js';
import type { Actor } from '../audit/actor.js';
import { CurrentActor } from '../audit/current-actor.decorator.js';
import { Creates } from '../http/creates.decorator.js';
import { IfMatch, Tagged, TakesIfMatch } from '../http/etag.js';
import {
  CreatePermissionDto,
  PermissionNameDto,
  PermissionDto,
  PermissionPageDto,
  PermissionsQueryDto,
  UpdatePermissionDto,
} from './permission.dto.js';
import { PermissionsService } from './permissions.service.js';

/** What can be given: declared in code, here and in connected applications, or made here. */
@ApiTags('Administration')
@Controller('permissions')
export class PermissionsController {
  constructor(private readonly permissions: PermissionsService) {}

  @Get()
  @Protected(Permissions.read)
  @ApiOperation({ operationId: 'listPermissions', summary: 'List the permissions' })
  @ApiOkResponse({ type: PermissionPageDto, description: 'A part of the list.' })
  list(@Query() query: PermissionsQueryDto): Promise<PermissionPageDto> {
    return this.permissions.list(query);
  }

  @Post()
  @Protected(Permissions.write)
  @Tagged()
  @Creates(PermissionDto, ({ name }) => `/permissions/${encodeURIComponent(name)}`)
  @ApiOperation({
    operationId: 'createPermission',
    summary: 'Make a permission',
    description:
      'For something that no code declares, yet. Whoever holds a pattern that reaches it, such as `shop:*`, holds it at once.\n\n' +
      'Answers 409 when the name is taken.',
  })
  @ApiConflictResponse()
  create(@Body() permission: CreatePermissionDto, @CurrentActor() actor: Actor): Promise<PermissionDto> {
    return this.permissions.create(permission, actor);
  }

  @Get(':name')
  @Protected(Permissions.read)
  @Tagged()
  @ApiOperation({
    operationId: 'getPermission',
    summary: 'Read a permission',
    description: 'Answers 404 if there is none.',
  })
  @ApiNotFoundResponse()
  @ApiOkResponse({ type: PermissionDto, description: 'The permission.' })
  get(@Param() { name }: PermissionNameDto): Promise<PermissionDto> {
    return this.permissions.get(name);
  }

  @Patch(':name')
  @Protected(Permissions.write)
  @Tagged()
  @TakesIfMatch()
  @ApiOperation({
    operationId: 'updatePermission',
    summary: 'Change a permission',
    description: 'Replaces the description.\n\nAnswers 404 if there is none, 409 for one that is declared in code.',
  })
  @ApiNotFoundResponse()
  @ApiConflictResponse()
  @ApiOkResponse({ type: PermissionDto, description: 'The permission as it is now.' })
  update(
    @Param() { name }: PermissionNameDto,
    @Body() changes: UpdatePermissionDto,
    @CurrentActor() actor: Actor,
    @IfMatch() ifMatch: string | undefined,
  ): Promise<PermissionDto> {
    return this.permissions.update(name, changes, actor, ifMatch);
  }

  @Delete(':name')
  @HttpCode(204)
  @Protected(Permissions.write)
  @TakesIfMatch()
  @ApiOperation({
    operationId: 'deletePermission',
    summary: 'Delete a permission',
    description:
      'Roles that name it lose it, at once; it, and what else those roles grant, must be in force for the caller.\n\n' +
      'Answers 404 if there is none, 409 for one that is declared in code.',
  })
  @ApiNotFoundResponse()
  @ApiConflictResponse()
  @ApiNoContentResponse({ description: 'It is gone.' })
  delete(
    @Param() { name }: PermissionNameDto,
    @CurrentActor() actor: Actor,
    @IfMatch() ifMatch: string | undefined,
  ): Promise<void> {
    return this.permissions.delete(name, actor, ifMatch);
  }
}
