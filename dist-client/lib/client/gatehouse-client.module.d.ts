import { type DynamicModule, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DeclaredAccess, RouteInventory } from '../access/index.js';
import type { Role } from '../policy/index.js';
import type { GatehouseClientAsyncOptions, GatehouseClientOptions } from './gatehouse-client.options.js';
import { Gatehouse } from './gatehouse.js';
import { type PermissionList } from './options.js';
/** Where the application's {@link Gatehouse} is found: `@Inject(GATEHOUSE)`. A string, as two copies may be loaded. */
export declare const GATEHOUSE = "gatehouse:client";
/** Where the options are found that aren't the connection's. */
export declare const GATEHOUSE_EXTRAS = "gatehouse:client-extras";
/**
 * Guards a Nest application by a service that is elsewhere: one guard before all routes, on Express and Fastify. What
 * every route asks for is checked at the start, and the permissions are declared at the service.
 */
export declare class GatehouseClientModule implements OnApplicationBootstrap, OnApplicationShutdown {
    private readonly gatehouse;
    private readonly declared;
    private readonly routes;
    constructor(gatehouse: Gatehouse, declared: DeclaredAccess, routes: RouteInventory);
    /** Once, in the root module. */
    static forRoot({ permissions, undeclared, docsClientId, ...options }: GatehouseClientOptions): DynamicModule;
    /** The same, with the connection's options from a factory. */
    static forRootAsync({ imports, inject, useFactory, ...extras }: GatehouseClientAsyncOptions): DynamicModule;
    /** In a feature's module: declares the permissions and roles that it uses. */
    static forFeature(declared: PermissionList | readonly Role[]): DynamicModule;
    /** @throws AccessStartError for routes that say nothing, or name what nobody declares; DeclarationError */
    onApplicationBootstrap(): Promise<void>;
    onApplicationShutdown(): Promise<void>;
}
