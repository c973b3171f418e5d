import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/index.js';
import { Clients } from '../../policy/index.js';
import { OAuthModule } from '../oauth/oauth.module.js';
import { RbacModule } from '../rbac/rbac.module.js';
import { ClientAdministration } from './client-administration.service.js';
import { ClientsController } from './clients.controller.js';
import { ClientsModule } from './clients.module.js';

/** Registering clients. Apart from the clients themselves, which the OAuth endpoints need, since this needs their grants. */
@Module({
  imports: [AccessModule.forFeature(Object.values(Clients)), ClientsModule, OAuthModule, RbacModule],
  controllers: [ClientsController],
  providers: [ClientAdministration],
})
export class ClientAdministrationModule {}
