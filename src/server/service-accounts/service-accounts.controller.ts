import { Body, Controller, Delete, Get, Header, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { Protected } from '../../access/index.js';
import { ServiceAccounts } from '../../policy/index.js';
import type { Actor } from '../audit/actor.js';
import { CurrentActor } from '../audit/current-actor.decorator.js';
import { OverlapQueryDto } from '../clients/client.dto.js';
import { overlapSeconds } from '../clients/overlap.js';
import { Creates } from '../http/creates.decorator.js';
import { IfMatch, Tagged, TakesIfMatch } from '../http/etag.js';
import { AccountDto } from '../users/account.dto.js';
import { accountTag } from '../users/account-view.js';
import {
  CreateServiceAccountDto,
  CreateServiceTokenDto,
  ServiceAccountIdDto,
  ServiceAccountPageDto,
  ServiceAccountsQueryDto,
  ServiceSecretDto,
  ServiceTokenDto,
  UpdateServiceAccountDto,
} from './service-account.dto.js';
import { ServiceAccountsService } from './service-accounts.service.js';
import { ServiceCredentials } from './service-credentials.js';

/** Accounts of services. */
@ApiTags('Administration')
@Controller('service-accounts')
export class ServiceAccountsController {
  constructor(
    private readonly accounts: ServiceAccountsService,
    private readonly credentials: ServiceCredentials,
  ) {}

  @Get()
  @Protected(ServiceAccounts.read)
  @ApiOperation({ operationId: 'listServiceAccounts', summary: 'List the service accounts' })
  @ApiOkResponse({ type: ServiceAccountPageDto, description: 'A part of the list.' })
  list(@Query() query: ServiceAccountsQueryDto): Promise<ServiceAccountPageDto> {
    return this.accounts.list(query);
  }

  @Post()
  @Protected(ServiceAccounts.write)
  @Creates(AccountDto, ({ id }) => `/service-accounts/${id}`)
  @Tagged(accountTag)
  @ApiOperation({
    operationId: 'createServiceAccount',
    summary: 'Make a service account',
    description:
      'It has no password and can’t log in. What its groups and roles hold must be in force for the caller.\n\n' +
      'Answers 409 when the name is taken, 422 for a group or role that there isn’t.',
  })
  @ApiConflictResponse()
  @ApiUnprocessableEntityResponse()
  create(@Body() account: CreateServiceAccountDto, @CurrentActor() actor: Actor): Promise<AccountDto> {
    return this.accounts.create(account, actor);
  }

  @Get(':id')
  @Protected(ServiceAccounts.read)
  @Tagged(accountTag)
  @ApiOperation({
    operationId: 'getServiceAccount',
    summary: 'Read a service account',
    description: 'Answers 404 if there is none.',
  })
  @ApiNotFoundResponse()
  @ApiOkResponse({ type: AccountDto, description: 'The account.' })
  get(@Param() { id }: ServiceAccountIdDto): Promise<AccountDto> {
    return this.accounts.get(id);
  }

  @Patch(':id')
  @Protected(ServiceAccounts.write)
  @TakesIfMatch()
  @Tagged(accountTag)
  @ApiOperation({
    operationId: 'updateServiceAccount',
    summary: 'Change a service account',
    description:
      'Replaces the fields that are named. Switching it off ends its tokens, and switching it on again doesn’t bring them ' +
      'back. What added groups and roles hold must be in force for the caller.\n\n' +
      'Answers 404 if there is none, 409 when the name is taken, 422 for a group or role that there isn’t.',
  })
  @ApiNotFoundResponse()
  @ApiConflictResponse()
  @ApiUnprocessableEntityResponse()
  @ApiOkResponse({ type: AccountDto, description: 'The account as it is now.' })
  update(
    @Param() { id }: ServiceAccountIdDto,
    @Body() changes: UpdateServiceAccountDto,
    @CurrentActor() actor: Actor,
    @IfMatch() ifMatch: string | undefined,
  ): Promise<AccountDto> {
    return this.accounts.update(id, changes, actor, ifMatch);
  }

  @Delete(':id')
  @HttpCode(204)
  @Protected(ServiceAccounts.write)
  @TakesIfMatch()
  @ApiOperation({
    operationId: 'deleteServiceAccount',
    summary: 'Delete a service account',
    description:
      'Its client, secrets and tokens go with it. What it holds must be in force for the caller.\n\nAnswers 404 if there is none.',
  })
  @ApiNotFoundResponse()
  delete(
    @Param() { id }: ServiceAccountIdDto,
    @CurrentActor() actor: Actor,
    @IfMatch() ifMatch: string | undefined,
  ): Promise<void> {
    return this.accounts.delete(id, actor, ifMatch);
  }

  @Post(':id/secret')
  @HttpCode(200)
  @Protected(ServiceAccounts.write)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'createServiceAccountSecret',
    summary: 'Make a new secret for client_credentials',
    description:
      'Shown this once. The first makes the account’s client. The present secret lives on for the overlap; one that was ' +
      'the former already ends at once. What the account holds must be in force for the caller.\n\n' +
      'Answers 404 if there is none, 409 when the account or its client is switched off.',
  })
  @ApiNotFoundResponse()
  @ApiConflictResponse()
  @ApiOkResponse({ type: ServiceSecretDto, description: 'The credentials.' })
  makeSecret(
    @Param() { id }: ServiceAccountIdDto,
    @Query() { overlap }: OverlapQueryDto,
    @CurrentActor() actor: Actor,
  ): Promise<ServiceSecretDto> {
    return this.credentials.makeSecret(id, overlapSeconds(overlap), actor);
  }

  @Post(':id/tokens')
  @Protected(ServiceAccounts.write)
  @Header('Cache-Control', 'no-store')
  @Creates(ServiceTokenDto, ({ jti }) => `/tokens/${jti}`)
  @ApiOperation({
    operationId: 'createServiceAccountToken',
    summary: 'Make a long-lived token',
    description:
      'An access token, shown this once. What the account holds must be in force for the caller.\n\n' +
      'Answers 404 if there is no such account, 409 when it or its client is switched off, 422 for a scope that it doesn’t ' +
      'hold, or a lifetime beyond SERVICE_TOKEN_LIFETIME.',
  })
  @ApiNotFoundResponse()
  @ApiConflictResponse()
  @ApiUnprocessableEntityResponse()
  makeToken(
    @Param() { id }: ServiceAccountIdDto,
    @Body() token: CreateServiceTokenDto,
    @CurrentActor() actor: Actor,
  ): Promise<ServiceTokenDto> {
    return this.credentials.makeToken(id, token, actor);
  }
}
