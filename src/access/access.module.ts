import { Module, type DynamicModule, type InjectionToken, type ModuleMetadata } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import type { Permission, Role } from '../policy/index.js';
import type { TokenVerifier } from '../validity/index.js';
import { AccessFeature } from './access-feature.js';
import { AccessGuard, TOKEN_VERIFIER } from './access.guard.js';
import { ACCESS_OPTIONS, type AccessOptions } from './access-options.js';
import { CheckRunner } from './check-runner.js';
import { DeclaredAccess } from './declared-access.js';
import { RouteInventory } from './route-inventory.js';

/** What guards an application: where its tokens are verified. */
export interface AccessModuleOptions {
  readonly imports?: ModuleMetadata['imports'];
  /** The provider, exported by one of `imports`, that is the application's {@link TokenVerifier}. */
  readonly verifier: InjectionToken<TokenVerifier>;
  /** The provider, exported by one of `imports`, of {@link AccessOptions}. Left out, everything is guarded. */
  readonly options?: InjectionToken<AccessOptions>;
}

/** Guards every route of the application, and collects what its modules declare. */
@Module({})
export class AccessModule {
  /** Once, in the root: sets the guard before all routes. */
  static forRoot({ imports = [], verifier, options }: AccessModuleOptions): DynamicModule {
    return {
      module: AccessModule,
      global: true,
      imports: [DiscoveryModule, ...imports],
      providers: [
        { provide: TOKEN_VERIFIER, useExisting: verifier },
        options ? { provide: ACCESS_OPTIONS, useExisting: options } : { provide: ACCESS_OPTIONS, useValue: {} },
        CheckRunner,
        DeclaredAccess,
        RouteInventory,
        { provide: APP_GUARD, useClass: AccessGuard },
      ],
      exports: [DeclaredAccess, RouteInventory],
    };
  }

  /** In each feature's module: makes its permissions and roles known. The start writes them to the database. */
  static forFeature(declared: readonly (Permission | Role)[]): DynamicModule {
    const feature = new AccessFeature(declared);
    // A token of its own for each call, so that no module's declaration hides another's.
    return { module: AccessModule, providers: [{ provide: Symbol('AccessFeature'), useValue: feature }] };
  }
}
