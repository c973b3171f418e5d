import { Module } from '@nestjs/common';
import { CachingTokenVerifier } from '../../validity/index.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { DatabaseModule } from '../database/database.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { RbacModule } from '../rbac/rbac.module.js';
import { JwtStrategy } from './jwt.strategy.js';
import { RegistryTokenSource } from './registry.token-source.js';
import { SessionEntity } from './session.entity.js';
import { TokenEntity } from './token.entity.js';
import { TokenIssuer } from './token-issuer.js';
import { TokenRegistry } from './token-registry.js';
import { CoreTokens1763800000006 } from './tokens.migration.js';

/** 100,000 tokens in use take 220 MB. Bytes. */
const CACHE_CAPACITY = 256 * 1024 * 1024;

/** Issues access tokens, keeps their registry, and verifies them. */
@Module({
  imports: [DatabaseModule.forFeature([TokenEntity, SessionEntity], [CoreTokens1763800000006]), KeysModule, RbacModule],
  providers: [
    JwtStrategy,
    RegistryTokenSource,
    TokenIssuer,
    TokenRegistry,
    {
      provide: CachingTokenVerifier,
      inject: [RegistryTokenSource, ChangeFeed],
      useFactory: (source: RegistryTokenSource, feed: ChangeFeed) => {
        const verifier = new CachingTokenVerifier(source, feed, CACHE_CAPACITY);
        feed.subscribe((changes) => {
          for (const change of changes) verifier.apply(change);
        });
        return verifier;
      },
    },
  ],
  exports: [CachingTokenVerifier, TokenIssuer, TokenRegistry],
})
export class TokensModule {}
