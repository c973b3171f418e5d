import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/index.js';
import { Tokens, Users } from '../../policy/index.js';
import { CachingTokenVerifier } from '../../validity/index.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { DatabaseModule } from '../database/database.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { RbacModule } from '../rbac/rbac.module.js';
import { LastUse } from './last-use.js';
import { JwtStrategy } from './jwt.strategy.js';
import { CoreRefreshTokens1763800000020 } from './refresh-tokens.migration.js';
import { OwnAudienceVerifier } from './own-audience.verifier.js';
import { RefreshTokens } from './refresh-tokens.js';
import { CoreAfterRestore1763800000040 } from './after-restore.migration.js';
import { RegistryTokenSource } from './registry.token-source.js';
import { OwnSessionsController, SessionsController } from './sessions.controller.js';
import { Sessions } from './sessions.service.js';
import { TokenIssuer } from './token-issuer.js';
import { TokenRevocation } from './token-revocation.js';
import { TokenRegistry } from './token-registry.js';
import { TokensController } from './tokens.controller.js';
import { CoreTokens1763800000006 } from './tokens.migration.js';

/** Of 100,000 tokens in use, which take 3.1 kB each. Bytes. */
const CACHE_CAPACITY = 320 * 1024 * 1024;

/** Issues access tokens, keeps their registry, and verifies them. */
@Module({
  imports: [
    DatabaseModule.forFeature(
      [],
      [CoreTokens1763800000006, CoreRefreshTokens1763800000020, CoreAfterRestore1763800000040],
    ),
    KeysModule,
    RbacModule,
    AccessModule.forFeature([...Object.values(Tokens), ...Object.values(Users)]),
  ],
  controllers: [TokensController, OwnSessionsController, SessionsController],
  providers: [
    JwtStrategy,
    LastUse,
    OwnAudienceVerifier,
    RefreshTokens,
    RegistryTokenSource,
    Sessions,
    TokenIssuer,
    TokenRegistry,
    TokenRevocation,
    {
      provide: CachingTokenVerifier,
      inject: [RegistryTokenSource, ChangeFeed, LastUse],
      useFactory: (source: RegistryTokenSource, feed: ChangeFeed, lastUse: LastUse) => {
        const verifier = new CachingTokenVerifier(source, feed, CACHE_CAPACITY, (token) => lastUse.note(token));
        feed.subscribe((changes) => {
          for (const change of changes) verifier.apply(change);
        });
        return verifier;
      },
    },
  ],
  exports: [
    CachingTokenVerifier,
    OwnAudienceVerifier,
    RefreshTokens,
    RegistryTokenSource,
    TokenIssuer,
    TokenRegistry,
    TokenRevocation,
  ],
})
export class TokensModule {}
