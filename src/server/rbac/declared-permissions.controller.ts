import { Body, Controller, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Protected } from '../../access/index.js';
import { Permissions } from '../../policy/index.js';
import type { Actor } from '../audit/actor.js';
import { CurrentActor } from '../audit/current-actor.decorator.js';
import { DeclaredPermissionsDto, DeclarePermissionsDto } from './declared-permissions.dto.js';
import { DeclaredPermissions } from './declared-permissions.service.js';

/** The permissions that connected applications declare. */
@ApiTags('Connected applications')
@Controller('permissions/declared')
@Protected(Permissions.declare)
export class DeclaredPermissionsController {
  constructor(private readonly declared: DeclaredPermissions) {}

  @Put()
  @ApiOperation({
    operationId: 'declarePermissions',
    summary: 'Declare the permissions of an application',
    description:
      'Replaces what the client of the token declared before, so that they can be given, and patterns such as `shop:*` ' +
      'reach them. What is no longer declared is marked and kept. Declaring the same again changes nothing.',
  })
  @ApiOkResponse({ type: DeclaredPermissionsDto, description: 'What is declared now.' })
  @ApiResponse({
    status: 409,
    description:
      'A name is outside of the client’s `permissionPrefixes`, or declared by the service or by another client. ' +
      '`errors` names the fields; nothing has changed.',
  })
  declare(
    @Body() { permissions }: DeclarePermissionsDto,
    @CurrentActor() actor: Actor,
  ): Promise<DeclaredPermissionsDto> {
    return this.declared.replace(permissions, actor);
  }
}
