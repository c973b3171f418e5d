import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency } from '@nestjs/common';
import type { GatehouseOptions, PermissionList } from './options.js';
/** What is said of an application where its modules are put together, rather than read from its settings. */
export interface GatehouseClientExtras {
    /** Permissions that the application declares; feature modules may declare theirs by `forFeature`. */
    readonly permissions?: PermissionList;
    /**
     * What is done with a route that has neither `@Protected` nor `@Public`: it is refused and stops the start (`deny`, the
     * default), or is left to the application's other guards (`leave`), while its routes are taken under guard one by one.
     */
    readonly undeclared?: 'deny' | 'leave';
    /**
     * The public client as which this application's Swagger UI logs people in; it must be registered with the application's
     * audience among its `resources`. The service's own first-party client when left out.
     */
    readonly docsClientId?: string;
}
/** The options of `createGatehouse()`, and those of a Nest application. */
export interface GatehouseClientOptions extends Omit<GatehouseOptions, 'permissions'>, GatehouseClientExtras {
}
/** The same, with what comes from settings made by a factory. */
export interface GatehouseClientAsyncOptions extends GatehouseClientExtras {
    readonly imports?: ModuleMetadata['imports'];
    readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
    readonly useFactory: (...dependencies: never[]) => Omit<GatehouseOptions, 'permissions'> | Promise<Omit<GatehouseOptions, 'permissions'>>;
}
