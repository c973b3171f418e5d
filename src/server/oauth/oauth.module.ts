import { Module } from '@nestjs/common';
import { ClientsModule } from '../clients/clients.module.js';
import { GuessingModule } from '../guessing/guessing.module.js';
import { RbacModule } from '../rbac/rbac.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { UserSourcesModule } from '../user-sources/user-sources.module.js';
import { ClientAuthentication } from './client-authentication.js';
import { ClientCredentialsGrant } from './grants/client-credentials.grant.js';
import { GRANTS } from './grants/grants.token.js';
import { PasswordGrant } from './grants/password.grant.js';
import { RefreshTokenGrant } from './grants/refresh-token.grant.js';
import { IntrospectionCallers } from './introspection-callers.js';
import { IntrospectionPosition } from './introspection-position.js';
import { IntrospectionController } from './introspection.controller.js';
import { Introspection } from './introspection.js';
import { LocalStrategy } from './local.strategy.js';
import { MetadataController } from './metadata.controller.js';
import { Resources } from './resource.js';
import { RevocationController } from './revocation.controller.js';
import { TokenController } from './token.controller.js';
import { UserinfoController } from './userinfo.controller.js';

/** The OAuth 2.0 endpoints. A new grant is one file in `grants/` and its class in this list. */
const GRANT_CLASSES = [PasswordGrant, RefreshTokenGrant, ClientCredentialsGrant];

@Module({
  imports: [ClientsModule, GuessingModule, RbacModule, TokensModule, UserSourcesModule],
  controllers: [TokenController, RevocationController, IntrospectionController, UserinfoController, MetadataController],
  providers: [
    ClientAuthentication,
    Introspection,
    IntrospectionCallers,
    IntrospectionPosition,
    LocalStrategy,
    Resources,
    ...GRANT_CLASSES,
    { provide: GRANTS, inject: GRANT_CLASSES, useFactory: (...grants: unknown[]) => grants },
  ],
  exports: [GRANTS],
})
export class OAuthModule {}
