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
import { Groups } from '../../policy/index.js';
import type { Actor } from '../audit/actor.js';
import { CurrentActor } from '../audit/current-actor.decorator.js';
import { Creates } from '../http/creates.decorator.js';
import { IfMatch, Tagged, TakesIfMatch } from '../http/etag.js';
import { GrantNameDto } from './grant-name.dto.js';
import { CreateGroupDto, GroupDto, GroupPageDto, GroupsQueryDto, UpdateGroupDto } from './group.dto.js';
import { GroupsService } from './groups.service.js';

/** Sets of accounts, and the roles that their members hold. */
@ApiTags('Administration')
@Controller('groups')
export class GroupsController {
  constructor(private readonly groups: GroupsService) {}

  @Get()
  @Protected(Groups.read)
  @ApiOperation({ operationId: 'listGroups', summary: 'List the groups' })
  @ApiOkResponse({ type: GroupPageDto, description: 'A part of the list.' })
  list(@Query() query: GroupsQueryDto): Promise<GroupPageDto> {
    return this.groups.list(query);
  }

  @Post()
  @Protected(Groups.write)
  @Tagged()
  @Creates(GroupDto, ({ name }) => `/groups/${encodeURIComponent(name)}`)
  @ApiOperation({
    operationId: 'createGroup',
    summary: 'Make a group',
    description:
      'What its roles grant must be in force for the caller. A name is taken in any spelling that reads the same.\n\n' +
      'Answers 409 when the name is taken, 422 for a role that there isn’t.',
  })
  @ApiConflictResponse()
  @ApiUnprocessableEntityResponse()
  create(@Body() group: CreateGroupDto, @CurrentActor() actor: Actor): Promise<GroupDto> {
    return this.groups.create(group, actor);
  }

  @Get(':name')
  @Protected(Groups.read)
  @Tagged()
  @ApiOperation({ operationId: 'getGroup', summary: 'Read a group', description: 'Answers 404 if there is none.' })
  @ApiNotFoundResponse()
  @ApiOkResponse({ type: GroupDto, description: 'The group.' })
  get(@Param() { name }: GrantNameDto): Promise<GroupDto> {
    return this.groups.get(name);
  }

  @Patch(':name')
  @Protected(Groups.write)
  @Tagged()
  @TakesIfMatch()
  @ApiOperation({
    operationId: 'updateGroup',
    summary: 'Change a group',
    description:
      'Replaces the fields that are named; what the group’s roles grant, before and after, must be in force for the caller. It counts at once, for tokens that are out too.\n\n' +
      'Answers 404 if there is none, 422 for a role that there isn’t.',
  })
  @ApiNotFoundResponse()
  @ApiUnprocessableEntityResponse()
  @ApiOkResponse({ type: GroupDto, description: 'The group as it is now.' })
  update(
    @Param() { name }: GrantNameDto,
    @Body() changes: UpdateGroupDto,
    @CurrentActor() actor: Actor,
    @IfMatch() ifMatch: string | undefined,
  ): Promise<GroupDto> {
    return this.groups.update(name, changes, actor, ifMatch);
  }

  @Delete(':name')
  @HttpCode(204)
  @Protected(Groups.write)
  @TakesIfMatch()
  @ApiOperation({
    operationId: 'deleteGroup',
    summary: 'Delete a group',
    description:
      'Its members lose what its roles grant, at once; that must be in force for the caller.\n\n' +
      'Answers 404 if there is none.',
  })
  @ApiNotFoundResponse()
  @ApiNoContentResponse({ description: 'It is gone.' })
  delete(
    @Param() { name }: GrantNameDto,
    @CurrentActor() actor: Actor,
    @IfMatch() ifMatch: string | undefined,
  ): Promise<void> {
    return this.groups.delete(name, actor, ifMatch);
  }
}
