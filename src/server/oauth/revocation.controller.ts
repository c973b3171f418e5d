import { Body, Controller, Header, Headers, HttpCode, Post, UseFilters, UseGuards } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBody,
  ApiConsumes,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { RouteConfig } from '@nestjs/platform-fastify';
import { Public } from '../../access/index.js';
import { RequestedFrom, type RequestOrigin } from '../audit/request-origin.decorator.js';
import { DatabaseAnswers } from '../changes/database-answers.guard.js';
import { TokenRevocation } from '../tokens/token-revocation.js';
import { ClientAuthentication } from './client-authentication.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { requireForm, requireToken } from './oauth-form.js';
import { AboutTokenDto, OAuthErrorDto } from './token.dto.js';

/** The revocation endpoint (RFC 7009). */
@ApiTags('OAuth')
@Controller('revoke')
@Public()
@UseFilters(OAuthErrorFilter)
@UseGuards(DatabaseAnswers)
export class RevocationController {
  constructor(
    private readonly clientAuthentication: ClientAuthentication,
    private readonly revocation: TokenRevocation,
  ) {}

  @Post()
  @RouteConfig({ errorFormat: 'oauth' })
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'revokeToken',
    summary: 'End a token',
    description:
      'RFC 7009. A refresh token takes its whole family with it, access tokens included. A token that is unknown, or another client’s, is answered with 200 as well, and left as it is.',
  })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: AboutTokenDto })
  @ApiOkResponse({ description: 'The token is dead, here at once and elsewhere within a quarter of a second.' })
  @ApiBadRequestResponse({ type: OAuthErrorDto, description: 'RFC 6749 §5.2.' })
  @ApiResponse({ status: 401, type: OAuthErrorDto, description: 'Client authentication failed.' })
  @ApiResponse({ status: 413, type: OAuthErrorDto, description: 'The form is over 32 KiB.' })
  @ApiResponse({ status: 415, type: OAuthErrorDto, description: 'The body isn’t a form.' })
  @ApiResponse({ status: 500, type: OAuthErrorDto, description: 'Something went wrong here.' })
  @ApiResponse({
    status: 503,
    type: OAuthErrorDto,
    description: 'The token may still be good. `Retry-After` says when to try again.',
  })
  async revoke(
    @Body() body: unknown,
    @Headers('authorization') authorization: string | undefined,
    @RequestedFrom() origin: RequestOrigin,
  ): Promise<void> {
    const form = requireForm(body);
    const { clientId } = await this.clientAuthentication.authenticate(authorization, form);
    await this.revocation.revokePresented(requireToken(form), clientId, origin);
  }
}
