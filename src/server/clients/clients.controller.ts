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
import { Clients } from '../../policy/index.js';
import type { Actor } from '../audit/actor.js';
import { CurrentActor } from '../audit/current-actor.decorator.js';
import { Creates } from '../http/creates.decorator.js';
import { IfMatch, Tagged, TakesIfMatch } from '../http/etag.js';
import { ClientAdministration } from './client-administration.service.js';
import {
  ClientDto,
  ClientIdDto,
  ClientPageDto,
  ClientSecretDto,
  ClientsQueryDto,
  CreateClientDto,
  CreatedClientDto,
  OverlapQueryDto,
  UpdateClientDto,
} from './client.dto.js';
import { overlapSeconds } from './overlap.js';

/** The registered OAuth clients. */
@ApiTags('Administration')
@Controller('clients')
export class ClientsController {
  constructor(private readonly clients: ClientAdministration) {}

  @Get()
  @Protected(Clients.read)
  @ApiOperation({ operationId: 'listClients', summary: 'List the clients' })
  @ApiOkResponse({ type: ClientPageDto, description: 'A part of the list.' })
  list(@Query() query: ClientsQueryDto): Promise<ClientPageDto> {
    return this.clients.list(query);
  }

  @Post()
  @Protected(Clients.write)
  @Header('Cache-Control', 'no-store')
  @Creates(CreatedClientDto, ({ clientId }) => `/clients/${clientId}`)
  @ApiOperation({
    operationId: 'createClient',
    summary: 'Register a client',
    description:
      'A confidential client gets a secret, which is shown this once. Scopes must be in force for the caller; a client ' +
      'without a limit takes the permission `*`. With `client_credentials`, make the client by `POST /service-accounts/{id}/secret`.\n\n' +
      'Answers 409 when the id or the audience is taken, 422 for a grant type or permission that there isn’t.',
  })
  @ApiConflictResponse()
  @ApiUnprocessableEntityResponse()
  create(@Body() client: CreateClientDto, @CurrentActor() actor: Actor): Promise<CreatedClientDto> {
    return this.clients.create(client, actor);
  }

  @Get(':clientId')
  @Protected(Clients.read)
  @Tagged()
  @ApiOperation({ operationId: 'getClient', summary: 'Read a client', description: 'Answers 404 if there is none.' })
  @ApiNotFoundResponse()
  @ApiOkResponse({ type: ClientDto, description: 'The client.' })
  get(@Param() { clientId }: ClientIdDto): Promise<ClientDto> {
    return this.clients.get(clientId);
  }

  @Patch(':clientId')
  @Protected(Clients.write)
  @Tagged()
  @TakesIfMatch()
  @ApiOperation({
    operationId: 'updateClient',
    summary: 'Change a client',
    description:
      'Replaces the fields that are named. Switching it off ends its tokens, and switching it on again doesn’t bring them ' +
      'back. New scopes must be in force for the caller; what else gives the client more use takes all of its scopes.\n\n' +
      'Answers 404 if there is none, 409 when the audience is taken or the client is built in, 422 for a grant type or ' +
      'permission that there isn’t.',
  })
  @ApiNotFoundResponse()
  @ApiConflictResponse()
  @ApiUnprocessableEntityResponse()
  @ApiOkResponse({ type: ClientDto, description: 'The client as it is now.' })
  update(
    @Param() { clientId }: ClientIdDto,
    @Body() changes: UpdateClientDto,
    @CurrentActor() actor: Actor,
    @IfMatch() ifMatch: string | undefined,
  ): Promise<ClientDto> {
    return this.clients.update(clientId, changes, actor, ifMatch);
  }

  @Delete(':clientId')
  @HttpCode(204)
  @Protected(Clients.write)
  @TakesIfMatch()
  @ApiOperation({
    operationId: 'deleteClient',
    summary: 'Delete a client',
    description: 'Its tokens end. Answers 404 if there is none, 409 if it is built in.',
  })
  @ApiNotFoundResponse()
  @ApiConflictResponse()
  delete(
    @Param() { clientId }: ClientIdDto,
    @CurrentActor() actor: Actor,
    @IfMatch() ifMatch: string | undefined,
  ): Promise<void> {
    return this.clients.delete(clientId, actor, ifMatch);
  }

  @Post(':clientId/secret')
  @HttpCode(200)
  @Protected(Clients.write)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'createClientSecret',
    summary: 'Make a new client secret',
    description:
      'Shown this once. The present secret lives on for the overlap; one that was the former already ends at once, so ' +
      'there are never more than two. Answers 404 if there is no such client, 409 for a public one, the built-in one, and ' +
      'those of service accounts.',
  })
  @ApiNotFoundResponse()
  @ApiConflictResponse()
  @ApiOkResponse({ type: ClientSecretDto, description: 'The secret.' })
  async makeSecret(
    @Param() { clientId }: ClientIdDto,
    @Query() { overlap }: OverlapQueryDto,
    @CurrentActor() actor: Actor,
  ): Promise<ClientSecretDto> {
    return { clientSecret: await this.clients.makeSecret(clientId, overlapSeconds(overlap), actor) };
  }
}
