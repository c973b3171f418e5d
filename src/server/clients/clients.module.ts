import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { ActiveClients } from './active-clients.js';
import { CoreClientSettings1763800000010 } from './client-settings.migration.js';
import { ClientEntity } from './client.entity.js';
import { ClientSecrets } from './client-secrets.js';
import { ClientViews } from './client-view.js';
import { CoreClients1763800000004 } from './clients.migration.js';
import { ClientsService } from './clients.service.js';

/** OAuth clients, for those who ask which they are. */
@Module({
  imports: [DatabaseModule.forFeature([ClientEntity], [CoreClients1763800000004, CoreClientSettings1763800000010])],
  providers: [ActiveClients, ClientSecrets, ClientsService, ClientViews],
  exports: [ActiveClients, ClientSecrets, ClientsService, ClientViews],
})
export class ClientsModule {}
