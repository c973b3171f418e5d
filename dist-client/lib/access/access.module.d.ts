import { type DynamicModule, type InjectionToken, type ModuleMetadata } from '@nestjs/common';
import type { Permission, Role } from '../policy/index.js';
import type { TokenVerifier } from '../validity/index.js';
import { type AccessOptions } from './access-options.js';
/** What guards an application: where its tokens are verified. */
export interface AccessModuleOptions {
    readonly imports?: ModuleMetadata['imports'];
    /** The provider, exported by one of `imports`, that is the application's {@link TokenVerifier}. */
    readonly verifier: InjectionToken<TokenVerifier>;
    /** The provider, exported by one of `imports`, of {@link AccessOptions}. Left out, everything is guarded. */
    readonly options?: InjectionToken<AccessOptions>;
}
/** Guards every route of the application, and collects what its modules declare. */
export declare class AccessModule {
    /** Once, in the root: sets the guard before all routes. */
    static forRoot({ imports, verifier, options }: AccessModuleOptions): DynamicModule;
    /** In each feature's module: makes its permissions and roles known. The start writes them to the database. */
    static forFeature(declared: readonly (Permission | Role)[]): DynamicModule;
}
