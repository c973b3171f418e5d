import { Controller, Delete, Get, HttpCode, Param, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { Protected } from '../../access/index.js';
import { Tokens } from '../../policy/index.js';
import type { Actor } from '../audit/actor.js';
import { CurrentActor } from '../audit/current-actor.decorator.js';
import { DomainError } from '../domain-error.js';
import { listTokens } from './list-tokens.js';
import { JtiDto, TokenPageDto, TokensQueryDto } from './token-list.dto.js';
import { TokenRevocation } from './token-revocation.js';

/** The registry of tokens. */
@ApiTags('Administration')
@Controller('tokens')
export class TokensController {
  constructor(
    private readonly database: DataSource,
    private readonly revocation: TokenRevocation,
  ) {}

  @Get()
  @Protected(Tokens.read)
  @ApiOperation({ operationId: 'listTokens', summary: 'List the tokens that were issued' })
  @ApiOkResponse({ type: TokenPageDto, description: 'A part of the list. No token can be told from it.' })
  list(@Query() query: TokensQueryDto): Promise<TokenPageDto> {
    return listTokens(query, this.database);
  }

  @Delete(':jti')
  @HttpCode(204)
  @Protected(Tokens.revoke)
  @ApiOperation({
    operationId: 'deleteToken',
    summary: 'End a token',
    description:
      'A refresh token takes its whole family with it. One that is dead already stays so; answers 404 for one that isn’t in the registry.',
  })
  @ApiNotFoundResponse()
  @ApiNoContentResponse({ description: 'It is dead, here at once and elsewhere within a quarter of a second.' })
  async revoke(@Param() { jti }: JtiDto, @CurrentActor() actor: Actor): Promise<void> {
    if (!(await this.revocation.revoke(jti, actor)))
      throw new DomainError('not-found', 'There is no token with this jti.');
  }
}
