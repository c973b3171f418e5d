import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/index.js';
import type { Settings } from '../../config/settings.js';
import { Keys } from '../../policy/index.js';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { SETTINGS } from '../settings.token.js';
import { JwksController } from './jwks.controller.js';
import { KeyEncryption } from './key-encryption.js';
import { CoreKeyLives1763800000030 } from './key-lives.migration.js';
import { KeyMaintenance } from './key-maintenance.js';
import { KeyRotation } from './key-rotation.js';
import { KeysController } from './keys.controller.js';
import { CoreKeys1763800000005 } from './keys.migration.js';
import { SigningKeyEntity } from './signing-key.entity.js';
import { SigningKeysService } from './signing-keys.service.js';

/** Signing keys. */
@Module({
  imports: [
    AuditModule,
    DatabaseModule.forFeature([SigningKeyEntity], [CoreKeys1763800000005, CoreKeyLives1763800000030]),
    AccessModule.forFeature(Object.values(Keys)),
  ],
  controllers: [JwksController, KeysController],
  providers: [
    SigningKeysService,
    KeyRotation,
    KeyMaintenance,
    {
      provide: KeyEncryption,
      inject: [SETTINGS],
      useFactory: ({ appSecret, appSecretPrevious }: Settings) => new KeyEncryption(appSecret!, appSecretPrevious),
    },
  ],
  exports: [KeyRotation, SigningKeysService],
})
export class KeysModule {}
