import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/index.js';
import { Config } from '../../policy/index.js';
import { OAuthModule } from '../oauth/oauth.module.js';
import { RbacModule } from '../rbac/rbac.module.js';
import { ConfigExport } from './config-export.js';
import { ConfigImport } from './config-import.js';
import { ConfigTransferController } from './config-transfer.controller.js';
import { ImportClients } from './import-clients.js';

/** Export and import of everything that is configured. */
@Module({
  imports: [AccessModule.forFeature(Object.values(Config)), OAuthModule, RbacModule],
  controllers: [ConfigTransferController],
  providers: [ConfigExport, ConfigImport, ImportClients],
  exports: [ConfigExport, ConfigImport],
})
export class ConfigTransferModule {}
