import { Body, Controller, Header, Headers, HttpCode, Post, UseFilters } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBody,
  ApiConsumes,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { RouteConfig } from '@nestjs/platform-fastify';
import { CurrentUser, ProblemException, Public } from '../../access/index.js';
import { Tokens, type Principal } from '../../policy/index.js';
import { Introspection, PASSWORD_CHANGE_REQUIRED } from './introspection.js';
import { IntrospectionCallers } from './introspection-callers.js';
import { IntrospectionPosition, POSITION_HEADER } from './introspection-position.js';
import { IntrospectionDto } from './introspection.dto.js';
import { POSITION } from '../changes/position.schema.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { requireForm, requireToken } from './oauth-form.js';
import { IntrospectionRequestDto, OAuthErrorDto } from './token.dto.js';

/** The introspection endpoint (RFC 7662). Public for the guard, since clients authenticate by other means than tokens. */
@ApiTags('OAuth')
@Controller('introspect')
@Public()
@UseFilters(OAuthErrorFilter)
export class IntrospectionController {
  constructor(
    private readonly callers: IntrospectionCallers,
    private readonly introspection: Introspection,
    private readonly position: IntrospectionPosition,
  ) {}

  @Post()
  @RouteConfig({ errorFormat: 'oauth' })
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @Header('Content-Type', 'application/json; charset=utf-8')
  @ApiOperation({
    operationId: 'introspectToken',
    summary: 'What is a token good for now?',
    description:
      'RFC 7662. The caller is a confidential client, or bears a token with `tokens:introspect`. A token that is dead, unknown, or not meant for the caller is answered with exactly `{"active":false}`.',
  })
  @ApiHeader({
    name: POSITION_HEADER,
    required: false,
    schema: { type: 'string', ...POSITION },
    description: 'The id of the last event that a connected application has heard. The answer is of no earlier moment.',
  })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: IntrospectionRequestDto })
  @ApiOkResponse({ type: IntrospectionDto, description: 'What is in force.' })
  @ApiBadRequestResponse({ type: OAuthErrorDto, description: 'RFC 6749 §5.2.' })
  @ApiResponse({ status: 401, type: OAuthErrorDto, description: 'The caller may not introspect (RFC 7662 §2.3).' })
  @ApiResponse({ status: 413, type: OAuthErrorDto, description: 'The form is over 32 KiB.' })
  @ApiResponse({ status: 415, type: OAuthErrorDto, description: 'The body isn’t a form.' })
  @ApiResponse({ status: 500, type: OAuthErrorDto, description: 'Something went wrong here.' })
  @ApiResponse({
    status: 503,
    type: OAuthErrorDto,
    description: 'Nothing can be said now. `Retry-After` says when to try again.',
  })
  async introspect(
    @Body() body: unknown,
    @Headers('authorization') authorization: string | undefined,
    @Headers(POSITION_HEADER.toLowerCase()) heard: string | undefined,
    @CurrentUser() bearer: Principal,
  ): Promise<string> {
    const form = requireForm(body);
    await this.position.requireFresh();
    const caller = await this.callers.authenticate(authorization, form, bearer);
    if (bearer.kind !== 'anonymous' && !caller.mayAskAboutAny()) throw mayNotIntrospect();
    if (heard !== undefined) await this.position.reach(heard);
    const understands = form.get('understands') === PASSWORD_CHANGE_REQUIRED;
    return this.introspection.introspect(requireToken(form), caller, understands);
  }
}

/** RFC 7662 §2.3 has 401 here where other routes answer 403. */
function mayNotIntrospect(): ProblemException {
  const { name } = Tokens.introspect;
  return new ProblemException(
    { title: 'Unauthorized', status: 401, detail: `This needs the permission ${name}.` },
    { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${name}"` },
  );
}
