import { Module, type DynamicModule, type InjectionToken, type ModuleMetadata } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import type { Permission, Role } from '../policy/index.js';
import type { TokenVerifier } from '../validity/index.js';
import { AccessFeature } from './access-feature.js';
import { AccessGuard, TOKEN_VERIFIER } from './access.guard.js';
import { CheckRunner } from './check-runner.js';
import { DeclaredAccess } from './declared-access.js';
import { RouteInventory } from './route-inventory.js';
import { UNDECLARED, type Undeclared } from './undeclared.js';

/** What guards an application: where its tokens are verified. */
export interface AccessModuleOptions {
  readonly imports?: ModuleMetadata['imports'];
  /** The provider, exported by one of `imports`, that is the application's {@link TokenVerifier}. */
  readonly verifier: InjectionToken<TokenVerifier>;
  /** Routes that say nothing of who may call them; they stop the start unless told otherwise. */
  readonly undeclared?: Undeclared | undefined;
}

/** Guards every route of the application, and collects what its modules declare. */
@Module({})
export class AccessModule {
  /** Once, in the root: sets the guard before all routes. */
  static forRoot({ imports = [], verifier, undeclared = 'deny' }: AccessModuleOptions): DynamicModule {
    return {
      module: AccessModule,
      global: true,
      imports: [DiscoveryModule, ...imports],
      providers: [
        { provide: TOKEN_VERIFIER, useExisting: verifier },
        { provide: UNDECLARED, useValue: undeclared },
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
