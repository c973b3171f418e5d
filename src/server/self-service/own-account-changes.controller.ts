import { Body, Controller, Delete, Header, HttpCode, Patch } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBody,
  ApiConflictResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { BeforePasswordChange, Protected } from '../../access/index.js';
import { Account } from '../../policy/index.js';
import type { Actor } from '../audit/actor.js';
import { CurrentActor } from '../audit/current-actor.decorator.js';
import { OwnAccountDto } from '../users/account.dto.js';
import { OwnAccount } from '../users/own-account.js';
import { UpdateOwnAccountDto } from './own-account-changes.dto.js';
import { OwnAccountChanges } from './own-account-changes.js';
import { OwnAccountDeletion } from './own-account-deletion.js';

/** What people do with their own account. */
@ApiTags('My account')
@Controller('users/me')
@BeforePasswordChange()
@Protected(Account.self)
export class OwnAccountChangesController {
  constructor(
    private readonly changes: OwnAccountChanges,
    private readonly deletion: OwnAccountDeletion,
    private readonly account: OwnAccount,
  ) {}

  @Patch()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'updateOwnAccount',
    summary: 'Change my account',
    description:
      'Replaces the fields that are named. Another mail address takes effect when it is verified, by a link that is mailed ' +
      'there; the former one is told. It needs a login of the last 15 minutes, or `currentPassword`; otherwise answers 403 ' +
      'of the type `urn:gatehouse:problem:recent-login-required`. Whether somebody else has it isn’t told.\n\n' +
      'Answers 409 when the user name is taken, or another source keeps the field.',
  })
  @ApiBody({
    type: UpdateOwnAccountDto,
    examples: {
      profile: { summary: 'What is said of me', value: { name: 'Rosa Rossi', description: 'Accounting, Milan' } },
      email: { summary: 'Another mail address', value: { email: 'rosa@example.com' } },
    },
  })
  @ApiOkResponse({ type: OwnAccountDto, description: 'The account as it is now.' })
  @ApiBadRequestResponse({ description: 'A field is wrong, or the password is.' })
  @ApiConflictResponse({ description: 'The user name is taken, or another source keeps the field.' })
  async update(@Body() fields: UpdateOwnAccountDto, @CurrentActor() actor: Actor): Promise<OwnAccountDto> {
    await this.changes.update(actor, fields);
    return this.account.view(actor.principal!);
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({
    operationId: 'deleteOwnAccount',
    summary: 'Delete my account',
    description:
      'Its logins and tokens go with it. It needs a login of the last 15 minutes; otherwise answers 403 of the type ' +
      '`urn:gatehouse:problem:recent-login-required`. Answers 409 when nobody would be left who may do everything.',
  })
  @ApiNoContentResponse({ description: 'It is gone, and its tokens are dead.' })
  @ApiConflictResponse({ description: 'Nobody would be left who may do everything.' })
  async delete(@CurrentActor() actor: Actor): Promise<void> {
    await this.deletion.delete(actor);
  }
}
