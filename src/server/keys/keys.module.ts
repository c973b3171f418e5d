import { Module } from '@nestjs/common';
import type { Settings } from '../../config/settings.js';
import { DatabaseModule } from '../database/database.module.js';
import { SETTINGS } from '../settings.token.js';
import { JwksController } from './jwks.controller.js';
import { KeyEncryption } from './key-encryption.js';
import { CoreKeys1763800000005 } from './keys.migration.js';
import { SigningKeyEntity } from './signing-key.entity.js';
import { SigningKeysService } from './signing-keys.service.js';

/** Signing keys. */
@Module({
  imports: [DatabaseModule.forFeature([SigningKeyEntity], [CoreKeys1763800000005])],
  controllers: [JwksController],
  providers: [
    SigningKeysService,
    {
      provide: KeyEncryption,
      inject: [SETTINGS],
      useFactory: ({ appSecret }: Settings) => new KeyEncryption(appSecret!),
    },
  ],
  exports: [SigningKeysService],
})
export class KeysModule {}
