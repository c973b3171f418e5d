import { Controller, Delete, Get, Header, HttpCode, Param, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { BeforePasswordChange, CurrentUser, Protected } from '../../access/index.js';
import { Account, authenticated, Users, type Principal } from '../../policy/index.js';
import type { Actor } from '../audit/actor.js';
import { CurrentActor } from '../audit/current-actor.decorator.js';
import { RowIdDto } from '../http/row-id.dto.js';
import { SessionPageDto, SessionsQueryDto } from './session.dto.js';
import { Sessions } from './sessions.service.js';

/** One's own logins. */
@ApiTags('My account')
@Controller('users/me/sessions')
@BeforePasswordChange()
export class OwnSessionsController {
  constructor(private readonly sessions: Sessions) {}

  @Get()
  @Protected(authenticated)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'listOwnSessions',
    summary: 'List my logins',
    description: 'Those that can still be used; `current` is the one by which this request came.',
  })
  @ApiOkResponse({ type: SessionPageDto, description: 'A part of the list.' })
  list(@Query() query: SessionsQueryDto, @CurrentUser() user: Principal): Promise<SessionPageDto> {
    return this.sessions.list(user, query);
  }

  @Delete()
  @HttpCode(204)
  @Protected(Account.self)
  @ApiOperation({ operationId: 'endOtherSessions', summary: 'End all my other logins' })
  @ApiNoContentResponse({ description: 'Their tokens are dead.' })
  async endOthers(@CurrentActor() actor: Actor): Promise<void> {
    await this.sessions.endOthers(actor);
  }

  @Delete(':id')
  @HttpCode(204)
  @Protected(Account.self)
  @ApiOperation({
    operationId: 'endOwnSession',
    summary: 'End one of my logins',
    description: 'Also the one by which this request came: that logs out. Answers 404 for a login of somebody else.',
  })
  @ApiNotFoundResponse()
  @ApiNoContentResponse({ description: 'Its tokens are dead.' })
  async end(@Param() { id }: RowIdDto, @CurrentActor() actor: Actor): Promise<void> {
    await this.sessions.end(actor, id);
  }
}

/** Other people's logins. */
@ApiTags('Administration')
@Controller('users/:id/sessions')
export class SessionsController {
  constructor(private readonly sessions: Sessions) {}

  @Delete()
  @HttpCode(204)
  @Protected(Users.write)
  @ApiOperation({
    operationId: 'endSessionsOf',
    summary: 'End all logins of somebody',
    description: 'Answers 403 when the account holds what isn’t in force for the caller, and 404 when there is none.',
  })
  @ApiNotFoundResponse()
  @ApiNoContentResponse({ description: 'Their tokens are dead.' })
  async endAll(@Param() { id }: RowIdDto, @CurrentActor() actor: Actor): Promise<void> {
    await this.sessions.endAllOf(id, actor);
  }
}
