import { Readable } from 'node:stream';
import { Controller, Get, Header, HttpCode, Post, Query, Req, StreamableFile } from '@nestjs/common';
import {
  ApiBody,
  ApiConflictResponse,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
  getSchemaPath,
} from '@nestjs/swagger';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { CurrentUser, ProblemException, Protected } from '../../access/index.js';
import { Config, type Principal } from '../../policy/index.js';
import type { Actor } from '../audit/actor.js';
import { CurrentActor } from '../audit/current-actor.decorator.js';
import { ConfigExport } from './config-export.js';
import { ConfigImport } from './config-import.js';
import { ConfigDocumentDto } from './document.dto.js';
import { ExportQueryDto, ImportQueryDto, ImportReportDto } from './import-report.dto.js';

/** Moving what is configured from one installation to another. */
@ApiTags('Administration')
@ApiExtraModels(ConfigDocumentDto)
@Controller('config')
export class ConfigTransferController {
  constructor(
    private readonly exports: ConfigExport,
    private readonly imports: ConfigImport,
  ) {}

  @Get('export')
  @Protected(Config.export)
  @Header('Cache-Control', 'no-store')
  // Kept alive, it could hold up the end of the service for as long as that lasts.
  @Header('Connection', 'close')
  @ApiOperation({
    operationId: 'exportConfig',
    summary: 'Export everything that is configured',
    description:
      'Permissions, roles, groups, clients, service accounts, and people with their memberships, as they are at one ' +
      'moment, in one JSON document with an element a line. There is no secret in it; hashes of passwords only with ' +
      '`passwordHashes=true`, which takes the permission `config:export-hashes` too.',
  })
  @ApiOkResponse({
    description: 'The document.',
    content: { 'application/json': { schema: { $ref: getSchemaPath(ConfigDocumentDto) } } },
  })
  async export(
    @Query() { passwordHashes }: ExportQueryDto,
    @CurrentUser() principal: Principal,
    @CurrentActor() actor: Actor,
  ): Promise<StreamableFile> {
    const withHashes = passwordHashes === 'true';
    if (withHashes && !principal.permissions.allows(Config['export-hashes'].name)) throw hashesNotAllowed();
    const document = await this.exports.run({ passwordHashes: withHashes }, actor);
    return new StreamableFile(document.stream(), {
      type: 'application/json',
      disposition: 'attachment; filename="gatehouse.json"',
      length: document.size,
    });
  }

  @Post('import')
  @HttpCode(200)
  @Protected(Config.import)
  @RouteConfig({ streamsBody: true })
  @ApiOperation({
    operationId: 'importConfig',
    summary: 'Import a document',
    description:
      'All of it or nothing: what is in the document is made, or changed to what the document says, and its memberships ' +
      'are made exactly those; what isn’t in it stays as it is. What is made and changed must be in force for the caller, ' +
      'before and after. A second import of the same changes nothing. What is declared in code is named in the document, and must be ' +
      'here.\n\n' +
      'Answers 400 with up to twenty errors for a document that isn’t right, 422 for one that refers to what there isn’t, 409 for a name, mail address or id that is ' +
      'somebody else’s here, and when nobody would be left who may do everything. The document must come within 30 ' +
      'seconds; a larger one is imported by the command line.',
  })
  @ApiConflictResponse()
  @ApiUnprocessableEntityResponse()
  @ApiBody({ type: ConfigDocumentDto })
  @ApiOkResponse({ type: ImportReportDto, description: 'What was done, or would be.' })
  import(
    @Query() { dryRun, matchUsernames }: ImportQueryDto,
    @Req() request: FastifyRequest,
    @CurrentActor() actor: Actor,
  ): Promise<ImportReportDto> {
    const { body } = request;
    if (!(body instanceof Readable)) {
      const detail = 'Send the document as application/json.';
      throw new ProblemException({ title: 'Unsupported Media Type', status: 415, detail });
    }
    return this.imports.run(body, { dryRun: dryRun === 'true', matchUsernames: matchUsernames === 'true' }, actor);
  }
}

/** As the guard says it (RFC 6750 §3.1). */
function hashesNotAllowed(): ProblemException {
  const permission = Config['export-hashes'].name;
  return new ProblemException(
    { title: 'Forbidden', status: 403, detail: `This needs the permission ${permission}.` },
    { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${permission}"` },
  );
}
