import { Body, Controller, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentUser, Protected } from '../../access/index.js';
import { Permissions, type Principal } from '../../policy/index.js';
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
    @CurrentUser() actor: Principal,
  ): Promise<DeclaredPermissionsDto> {
    return this.declared.replace(permissions, actor);
  }
}
