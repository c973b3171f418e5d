import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiNoContentResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { BeforePasswordChange, Protected } from '../../access/index.js';
import { Account } from '../../policy/index.js';
import type { Actor } from '../audit/actor.js';
import { CurrentActor } from '../audit/current-actor.decorator.js';
import { OwnPassword } from './own-password.js';
import { ChangePasswordDto } from './own-password.dto.js';

/** One's own password. */
@ApiTags('My account')
@Controller('users/me/password')
@BeforePasswordChange()
export class OwnPasswordController {
  constructor(private readonly password: OwnPassword) {}

  @Post()
  @HttpCode(204)
  @Protected(Account.self)
  @ApiOperation({
    operationId: 'changeOwnPassword',
    summary: 'Change my password',
    description:
      'Ends all other logins, and keeps the one of this request. Answers 400 when the current password is wrong, or the new ' +
      'one is the same, one that is tried first, or made of what is known of the person; `errors` tells which. Answers 409 ' +
      'for an account that has no password here.',
  })
  @ApiBadRequestResponse({ description: 'The current password is wrong, or the new one isn’t taken.' })
  @ApiConflictResponse({ description: 'The account has no password here: it is another source’s, or a service’s.' })
  @ApiNoContentResponse({ description: 'It is changed, and all other logins are dead.' })
  change(@Body() passwords: ChangePasswordDto, @CurrentActor() actor: Actor): Promise<void> {
    return this.password.change(passwords, actor);
  }
}
