import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/index.js';
import { ServiceAccounts } from '../../policy/index.js';
import { ClientsModule } from '../clients/clients.module.js';
import { RbacModule } from '../rbac/rbac.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { AccountViews } from '../users/account-view.js';
import { UsersModule } from '../users/users.module.js';
import { ServiceAccountsController } from './service-accounts.controller.js';
import { ServiceAccountsService } from './service-accounts.service.js';
import { ServiceCredentials } from './service-credentials.js';

/** Accounts of services: no password, but secrets and long-lived tokens. */
@Module({
  imports: [
    AccessModule.forFeature(Object.values(ServiceAccounts)),
    ClientsModule,
    RbacModule,
    TokensModule,
    UsersModule,
  ],
  controllers: [ServiceAccountsController],
  providers: [AccountViews, ServiceAccountsService, ServiceCredentials],
  exports: [ServiceAccountsService, ServiceCredentials],
})
export class ServiceAccountsModule {}
