import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { RbacModule } from '../rbac/rbac.module.js';
import { JwtStrategy } from './jwt.strategy.js';
import { PassportTokenVerifier } from './passport-token-verifier.js';
import { SessionEntity } from './session.entity.js';
import { TokenEntity } from './token.entity.js';
import { TokenIssuer } from './token-issuer.js';
import { TokenRegistry } from './token-registry.js';
import { CoreTokens1763800000006 } from './tokens.migration.js';

/** Issues access tokens, keeps their registry, and verifies them. */
@Module({
  imports: [DatabaseModule.forFeature([TokenEntity, SessionEntity], [CoreTokens1763800000006]), KeysModule, RbacModule],
  providers: [JwtStrategy, PassportTokenVerifier, TokenIssuer, TokenRegistry],
  exports: [PassportTokenVerifier, TokenIssuer],
})
export class TokensModule {}
