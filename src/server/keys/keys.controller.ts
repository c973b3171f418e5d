import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { Protected } from '../../access/index.js';
import { Keys } from '../../policy/index.js';
import type { Actor } from '../audit/actor.js';
import { CurrentActor } from '../audit/current-actor.decorator.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { PageQueryDto } from '../http/page.dto.js';
import { KeyRotation } from './key-rotation.js';
import { listKeys } from './list-keys.js';
import { RotateKeysDto, SigningKeyPageDto } from './keys.dto.js';

/** The signing keys, for those who look after them. */
@ApiTags('Administration')
@Controller('keys')
export class KeysController {
  constructor(
    private readonly database: DataSource,
    private readonly rotation: KeyRotation,
    private readonly feed: ChangeFeed,
  ) {}

  /** List the signing keys, newest first */
  @Get()
  @Protected(Keys.read)
  @ApiOperation({ operationId: 'listKeys' })
  list(@Query() query: PageQueryDto): Promise<SigningKeyPageDto> {
    return listKeys(query, this.database);
  }

  /**
   * Replace the signing key
   * @remarks The key that was published as the next one signs from now on, and a new next one is published. Tokens that
   * are out stay good. With `revokeOutstanding` all keys are revoked and every session and token ends at once,
   * everywhere: the caller’s too. The answer is the list of keys.
   */
  @Post('rotate')
  @HttpCode(200)
  @Protected(Keys.rotate)
  @ApiOperation({ operationId: 'rotateKeys' })
  async rotate(@Body() { revokeOutstanding }: RotateKeysDto, @CurrentActor() actor: Actor): Promise<SigningKeyPageDto> {
    await (revokeOutstanding ? this.rotation.revokeAll(actor) : this.rotation.rotate(actor));
    await this.feed.catchUp();
    return this.list(new PageQueryDto());
  }
}
