import { Controller, Delete, Get, HttpCode, Param, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { Protected } from '../../access/index.js';
import { Tokens } from '../../policy/index.js';
import type { Actor } from '../audit/actor.js';
import { CurrentActor } from '../audit/current-actor.decorator.js';
import { DomainError } from '../domain-error.js';
import { containing, readPage } from '../http/page.js';
import { ALIVE, TOKENS } from './liveness.js';
import { JtiDto, type TokenDto, TokenPageDto, TokensQueryDto } from './token-list.dto.js';
import { TokenRevocation } from './token-revocation.js';

const COLUMNS = `tokens.jti, tokens.kind, tokens.account_id AS "accountId", accounts.username, tokens.client_id AS "clientId",
  tokens.name, tokens.issued_at AS "issuedAt", tokens.expires_at AS "expiresAt", tokens.last_used_at AS "lastUsedAt",
  coalesce(tokens.revoked_at, sessions.ended_at) AS "revokedAt", tokens.address, tokens.agent`;

/** A refresh token that was used is alive only to be recognised when it comes back. */
const USABLE = `${ALIVE} AND tokens.superseded_at IS NULL`;

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
  list(@Query() { account, client, kind, alive, q, ...page }: TokensQueryDto): Promise<TokenPageDto> {
    const values: unknown[] = [];
    const where = (condition: (value: string) => string, value: string | undefined): string[] =>
      value === undefined ? [] : [condition(`$${values.push(value)}`)];
    return readPage<TokenDto>(
      this.database,
      {
        select: `${COLUMNS}, (${USABLE}) AS alive`,
        from: TOKENS,
        where: [
          ...where((value) => `tokens.account_id = ${value}`, account),
          ...where((value) => `tokens.client_id = ${value}`, client),
          ...where((value) => `tokens.kind = ${value}`, kind),
          ...where((value) => `(${USABLE}) = ${value}::boolean`, alive),
          ...where((value) => `accounts.username ILIKE ${value} OR tokens.name ILIKE ${value}`, q && containing(q)),
        ],
        values,
        sorts: { issuedAt: { sql: 'tokens.issued_at', type: 'timestamptz' } },
        id: 'tokens.jti',
      },
      page,
    );
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
  @ApiNoContentResponse({ description: 'It is dead, here at once and elsewhere within a quarter of a second.' })
  async revoke(@Param() { jti }: JtiDto, @CurrentActor() actor: Actor): Promise<void> {
    if (!(await this.revocation.revoke(jti, actor)))
      throw new DomainError('not-found', 'There is no token with this jti.');
  }
}
