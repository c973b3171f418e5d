import { Module } from '@nestjs/common';
import { ClientsModule } from '../clients/clients.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { UserSourcesModule } from '../user-sources/user-sources.module.js';
import { ClientAuthentication } from './client-authentication.js';
import { GRANTS } from './grants/grants.token.js';
import { PasswordGrant } from './grants/password.grant.js';
import { LocalStrategy } from './local.strategy.js';
import { MetadataController } from './metadata.controller.js';
import { TokenController } from './token.controller.js';

/** The OAuth 2.0 endpoints. A new grant is one file in `grants/` and its class in this list. */
const GRANT_CLASSES = [PasswordGrant];

@Module({
  imports: [ClientsModule, TokensModule, UserSourcesModule],
  controllers: [TokenController, MetadataController],
  providers: [
    ClientAuthentication,
    LocalStrategy,
    ...GRANT_CLASSES,
    { provide: GRANTS, inject: GRANT_CLASSES, useFactory: (...grants: unknown[]) => grants },
  ],
})
export class OAuthModule {}
