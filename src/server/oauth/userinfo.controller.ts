import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, Protected } from '../../access/index.js';
import { allowedNames, authenticated, type Principal } from '../../policy/index.js';
import { RbacSnapshot } from '../rbac/rbac-snapshot.js';
import { UserinfoDto } from './userinfo.dto.js';

/** The caller's claims. */
@ApiTags('OAuth')
@Controller('userinfo')
@Protected(authenticated)
export class UserinfoController {
  constructor(private readonly snapshot: RbacSnapshot) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getUserinfo', summary: 'Who am I, and what may I do with this token?' })
  @ApiOkResponse({ type: UserinfoDto, description: 'What is in force now for this token.' })
  userinfo(@CurrentUser() { id, username, name, groups, roles, permissions }: Principal): UserinfoDto {
    return {
      sub: id,
      username,
      preferred_username: username,
      name,
      groups: [...groups],
      roles: [...roles],
      permissions: allowedNames(permissions, this.snapshot.knownPermissions),
    };
  }
}
