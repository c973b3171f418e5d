import { Body, Controller, Header, Headers, HttpCode, Inject, Post, UseFilters, UseGuards } from '@nestjs/common';
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
import { FIRST_PARTY_CLIENT } from '../clients/client.entity.js';
import type { Form } from '../http/form.js';
import { ClientAuthentication } from './client-authentication.js';
import type { Grant } from './grants/grant.js';
import { GRANTS } from './grants/grants.token.js';
import { OAuthError } from './oauth-error.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { requireForm } from './oauth-form.js';
import { Resources } from './resource.js';
import { parseScope } from './scope.js';
import { OAuthErrorDto, TokenRequestDto, TokenResponseDto } from './token.dto.js';

/** The token endpoint (RFC 6749 §3.2). */
@ApiTags('OAuth')
@Controller('token')
@Public()
@UseFilters(OAuthErrorFilter)
@UseGuards(DatabaseAnswers)
export class TokenController {
  private readonly grants: ReadonlyMap<string, Grant>;

  constructor(
    private readonly clientAuthentication: ClientAuthentication,
    private readonly resources: Resources,
    @Inject(GRANTS) grants: readonly Grant[],
  ) {
    this.grants = new Map(grants.map((grant) => [grant.type, grant]));
  }

  @Post()
  @RouteConfig({ errorFormat: 'oauth' })
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @Header('Pragma', 'no-cache')
  @ApiOperation({
    operationId: 'issueToken',
    summary: 'Get a token',
    description:
      'Form-encoded only. The password grant goes against RFC 9700 §2.4; it is per client. Wrong name, wrong password and disabled account get the same answer in the same time.',
  })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: TokenRequestDto })
  @ApiOkResponse({ type: TokenResponseDto, description: 'The token.' })
  @ApiBadRequestResponse({ type: OAuthErrorDto, description: 'RFC 6749 §5.2.' })
  @ApiResponse({ status: 401, type: OAuthErrorDto, description: 'Client authentication failed.' })
  @ApiResponse({ status: 413, type: OAuthErrorDto, description: 'The form is over 32 KiB.' })
  @ApiResponse({ status: 415, type: OAuthErrorDto, description: 'The body isn’t a form.' })
  @ApiResponse({
    status: 429,
    type: OAuthErrorDto,
    description:
      'Too many wrong passwords for the name, or from the address; `Retry-After` says in how many seconds another may be tried. The same for names that exist and names that don’t.',
  })
  @ApiResponse({ status: 500, type: OAuthErrorDto, description: 'Something went wrong here.' })
  @ApiResponse({
    status: 503,
    type: OAuthErrorDto,
    description: 'Too many logins at once, or the database can’t be reached; `Retry-After` says when to try again.',
  })
  async issue(
    @Body() body: unknown,
    @Headers('authorization') authorization: string | undefined,
    @RequestedFrom() origin: RequestOrigin,
  ): Promise<TokenResponseDto> {
    const form = requireForm(body);
    const client = await this.clientAuthentication.authenticate(authorization, form);
    const grant = this.grantFor(form);
    if (!client.grants.includes(grant.type)) {
      const hint =
        client.clientId === FIRST_PARTY_CLIENT ? ' Send the client_id and client_secret of one that may.' : '';
      throw new OAuthError('unauthorized_client', `The client may not use the grant type ${grant.type}.${hint}`);
    }
    const scope = parseScope(form.get('scope'));
    const resource = await this.resources.parse(form.get('resource'), client, grant.type);
    return grant.issue({ form, client, scope, resource, ...origin });
  }

  private grantFor(form: Form): Grant {
    const type = form.get('grant_type') ?? (form.has('username') && form.has('password') ? 'password' : undefined);
    if (type === undefined) throw new OAuthError('invalid_request', 'The parameter grant_type is missing.');
    const grant = this.grants.get(type);
    if (!grant)
      throw new OAuthError('unsupported_grant_type', `Grant types here: ${[...this.grants.keys()].join(', ')}.`);
    return grant;
  }
}
