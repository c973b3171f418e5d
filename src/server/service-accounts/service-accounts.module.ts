import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/index.js';
import { ServiceAccounts as Permissions } from '../../policy/index.js';
import { ClientsModule } from '../clients/clients.module.js';
import { RbacModule } from '../rbac/rbac.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { AccountViews } from '../users/account-view.js';
import { UsersModule } from '../users/users.module.js';
import { ServiceAccountsController } from './service-accounts.controller.js';
import { ServiceAccounts } from './service-accounts.service.js';
import { ServiceCredentials } from './service-credentials.js';

/** Accounts of services: no password, but secrets and long-lived tokens. */
@Module({
  imports: [AccessModule.forFeature(Object.values(Permissions)), ClientsModule, RbacModule, TokensModule, UsersModule],
  controllers: [ServiceAccountsController],
  providers: [AccountViews, ServiceAccounts, ServiceCredentials],
  exports: [ServiceAccounts, ServiceCredentials],
})
export class ServiceAccountsModule {}
