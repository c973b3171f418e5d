import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiConflictResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { Protected } from '../../access/index.js';
import { Users } from '../../policy/index.js';
import type { Actor } from '../audit/actor.js';
import { CurrentActor } from '../audit/current-actor.decorator.js';
import { Creates } from '../http/creates.decorator.js';
import { IfMatch, Tagged, TakesIfMatch } from '../http/etag.js';
import { RowIdDto } from '../http/row-id.dto.js';
import { PasswordStrength } from '../passwords/password-strength.js';
import { AccountDto, ChangedAccountDto } from './account.dto.js';
import { accountTag } from './account-view.js';
import { CreateUserDto, UpdateUserDto, UserPageDto, UsersQueryDto } from './user.dto.js';
import { UsersService } from './users.service.js';

/** People's accounts. */
@ApiTags('Administration')
@Controller('users')
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly strength: PasswordStrength,
  ) {}

  @Get()
  @Protected(Users.read)
  @ApiOperation({
    operationId: 'listUsers',
    summary: 'List the people',
    description:
      '`q` is looked for in any part of user name, name, mail address and id, whatever the case. People whose ' +
      'account has no mail address, or who never logged in, come first in these orders.',
  })
  @ApiOkResponse({ type: UserPageDto, description: 'A part of the list.' })
  list(@Query() query: UsersQueryDto): Promise<UserPageDto> {
    return this.users.list(query);
  }

  @Post()
  @Protected(Users.write)
  @Creates(ChangedAccountDto, ({ id }) => `/users/${id}`)
  @Tagged(accountTag)
  @ApiOperation({
    operationId: 'createUser',
    summary: 'Make a person’s account',
    description:
      'Without a password the person is mailed a link to set one, good for an hour; `POST /users/{id}/reset-password` sends ' +
      'another. A password that is given is to be changed by the person; the answer says how good it is. What its groups and roles ' +
      'hold must be in force for the caller.\n\n' +
      'Answers 409 when the user name or the mail address is taken, in any spelling that reads the same; `errors` tells ' +
      'which. Answers 422 for a group or role that there isn’t.',
  })
  @ApiBody({
    type: CreateUserDto,
    examples: {
      // Without a password: what is filled in for one would be everybody's who only tries it out.
      invited: {
        summary: 'Invited by mail',
        value: { username: 'rosa', email: 'rosa@example.com', name: 'Rosa Rossi', groups: ['finance'] },
      },
    },
  })
  @ApiConflictResponse()
  @ApiUnprocessableEntityResponse()
  async create(@Body() user: CreateUserDto, @CurrentActor() actor: Actor): Promise<ChangedAccountDto> {
    return this.withHint(await this.users.create(user, actor), user.password);
  }

  @Get(':id')
  @Protected(Users.read)
  @Tagged(accountTag)
  @ApiOperation({
    operationId: 'getUser',
    summary: 'Read a person’s account',
    description: 'Its `ETag` is that of what can be changed here. Answers 404 if there is none.',
  })
  @ApiNotFoundResponse()
  @ApiOkResponse({ type: AccountDto, description: 'The account, with all permissions that it holds.' })
  get(@Param() { id }: RowIdDto): Promise<AccountDto> {
    return this.users.get(id);
  }

  @Patch(':id')
  @Protected(Users.write)
  @TakesIfMatch()
  @Tagged(accountTag)
  @ApiOperation({
    operationId: 'updateUser',
    summary: 'Change a person’s account',
    description:
      'Replaces the fields that are named. Another password ends all logins, and is to be changed by the person. ' +
      'Switching the account off ends them too, and switching it on again doesn’t bring them back. Another mail address is ' +
      'unverified, unless `isVerified` is given. What the account holds, before and after, must be in force for the caller.\n\n' +
      'Answers 404 if there is none, 409 when the user name or the mail address is taken, or nobody would be left who may ' +
      'do everything, 422 for a group or role that there isn’t.',
  })
  @ApiBody({
    type: UpdateUserDto,
    examples: {
      profile: { summary: 'What is said of them', value: { name: 'Rosa Rossi', description: 'Accounting, Milan' } },
      groups: { summary: 'What they may do', value: { groups: ['finance'], roles: [] } },
      off: { summary: 'Nobody can log in with it', value: { isActive: false } },
    },
  })
  @ApiNotFoundResponse()
  @ApiConflictResponse()
  @ApiUnprocessableEntityResponse()
  @ApiOkResponse({ type: ChangedAccountDto, description: 'The account as it is now.' })
  async update(
    @Param() { id }: RowIdDto,
    @Body() changes: UpdateUserDto,
    @CurrentActor() actor: Actor,
    @IfMatch() ifMatch: string | undefined,
  ): Promise<ChangedAccountDto> {
    return this.withHint(await this.users.update(id, changes, actor, ifMatch), changes.password);
  }

  @Post(':id/reset-password')
  @HttpCode(202)
  @Protected(Users.write)
  @ApiOperation({
    operationId: 'resetPasswordOf',
    summary: 'Mail somebody a link to set a new password',
    description:
      'Good for an hour, and once. The present password stays until it is used. What the account holds must be in force for ' +
      'the caller.\n\n' +
      'Answers 404 if there is none, 409 when it has no mail address, is switched off, or its password is kept elsewhere.',
  })
  @ApiNotFoundResponse()
  @ApiConflictResponse()
  @ApiAcceptedResponse({ description: 'The mail is sent.' })
  async resetPassword(@Param() { id }: RowIdDto, @CurrentActor() actor: Actor): Promise<void> {
    await this.users.resetPassword(id, actor);
  }

  @Delete(':id/login-block')
  @HttpCode(204)
  @Protected(Users.write)
  @ApiOperation({
    operationId: 'unblockUser',
    summary: 'Let somebody in who has to wait after too many wrong passwords',
    description:
      'Forgets the wrong passwords that were typed for the account, from wherever, whether anybody has to wait or not. ' +
      'What a place counts, whatever the name, stays. What the account holds must be in force for the caller.\n\n' +
      'Answers 404 if there is none.',
  })
  @ApiNotFoundResponse()
  @ApiNoContentResponse({ description: 'The next password that is typed is looked at at once.' })
  unblock(@Param() { id }: RowIdDto, @CurrentActor() actor: Actor): Promise<void> {
    return this.users.unblock(id, actor);
  }

  @Delete(':id')
  @HttpCode(204)
  @Protected(Users.write)
  @TakesIfMatch()
  @ApiOperation({
    operationId: 'deleteUser',
    summary: 'Delete a person’s account',
    description:
      'Its logins and tokens go with it; an account of the same name that is made later inherits nothing. What it holds ' +
      'must be in force for the caller.\n\n' +
      'Answers 404 if there is none, 409 when nobody would be left who may do everything.',
  })
  @ApiNotFoundResponse()
  @ApiConflictResponse()
  @ApiNoContentResponse({ description: 'It is gone, and its tokens are dead.' })
  delete(
    @Param() { id }: RowIdDto,
    @CurrentActor() actor: Actor,
    @IfMatch() ifMatch: string | undefined,
  ): Promise<void> {
    return this.users.delete(id, actor, ifMatch);
  }

  private async withHint(account: AccountDto, password: string | undefined): Promise<ChangedAccountDto> {
    const passwordStrength = password === undefined ? undefined : await this.strength.hint(password, account);
    return Object.assign(account, passwordStrength && { passwordStrength });
  }
}
