import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { ClientEntity } from './client.entity.js';
import { CoreClients1763800000004 } from './clients.migration.js';
import { ClientsService } from './clients.service.js';

/** OAuth clients. */
@Module({
  imports: [DatabaseModule.forFeature([ClientEntity], [CoreClients1763800000004])],
  providers: [ClientsService],
  exports: [ClientsService],
})
export class ClientsModule {}
