import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { BeforePasswordChange, CurrentUser, Protected } from '../../access/index.js';
import { authenticated, type Principal } from '../../policy/index.js';
import { OwnAccountDto } from './account.dto.js';
import { OwnAccount } from './own-account.js';

/** One's own account. */
@ApiTags('My account')
@Controller('users/me')
@BeforePasswordChange()
export class OwnAccountController {
  constructor(private readonly account: OwnAccount) {}

  @Get()
  @Protected(authenticated)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getOwnAccount', summary: 'Read my account' })
  @ApiOkResponse({ type: OwnAccountDto, description: 'The account, with all permissions that it holds.' })
  get(@CurrentUser() user: Principal): Promise<OwnAccountDto> {
    return this.account.view(user);
  }
}
