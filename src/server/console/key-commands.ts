import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChangeFeed } from '../changes/change-feed.js';
import { PageQueryDto } from '../http/page.dto.js';
import { KeyRotation } from '../keys/key-rotation.js';
import { RotateKeysDto } from '../keys/keys.dto.js';
import { listKeys } from '../keys/list-keys.js';
import { checked } from './checked.js';
import type { ConsoleArguments, ConsoleCall, ConsoleHandlers } from './console-command.js';

/** What the console does with the signing keys. */
@Injectable()
export class KeyCommands {
  readonly handlers: ConsoleHandlers = {
    'keys.list': async (args) => listKeys(await checked(PageQueryDto, args), this.database),
    'keys.rotate': (args, call) => this.rotate(args, call),
  };

  constructor(
    private readonly database: DataSource,
    private readonly rotation: KeyRotation,
    private readonly feed: ChangeFeed,
  ) {}

  private async rotate(args: ConsoleArguments, { actor, progress }: ConsoleCall): Promise<object> {
    const { revokeOutstanding } = await checked(RotateKeysDto, args);
    await this.rotation.requireSecret();
    if (revokeOutstanding) {
      progress('Revoking all keys, and ending every session …');
      await this.rotation.revokeAll(actor);
    } else {
      await this.rotation.rotate(actor);
    }
    await this.feed.catchUp();
    return listKeys(new PageQueryDto(), this.database);
  }
}
