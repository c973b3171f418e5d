import { type Type } from '@nestjs/common';
import { ApplicationConfig, DiscoveryService, MetadataScanner } from '@nestjs/core';
import { type Condition } from '../policy/index.js';
import { type AccessOptions } from './access-options.js';
import { CheckRunner } from './check-runner.js';
import { DeclaredAccess } from './declared-access.js';
import { type Route } from './route.js';
/**
 * Every route of the application with who may reach it: the one list that the guard, the start-up check, the snapshot of
 * routes, the authorization matrix and the OpenAPI document are made from.
 */
export declare class RouteInventory {
    private readonly discovery;
    private readonly scanner;
    private readonly config;
    private readonly declared;
    private readonly checks;
    private readonly options;
    private readonly accessByHandler;
    private readonly raw;
    private scanned;
    constructor(discovery: DiscoveryService, scanner: MetadataScanner, config: ApplicationConfig, declared: DeclaredAccess, checks: CheckRunner, options: AccessOptions);
    /** The rule of a handler; undefined, and so refused, where none was found. For the guard, at each request. */
    conditionOf(controller: Type, handler: Function): Condition | 'public' | undefined;
    /** All routes, sorted by path and method. */
    get routes(): readonly Route[];
    /**
     * Declares a route that isn't a controller's (documentation, static files) as public. The guard doesn't see such
     * routes, so there is no way to declare one as protected.
     */
    declarePublic(method: string, path: string, handler: string): void;
    /**
     * The start-up check: every controller's route says who may reach it, every permission named is declared, every check
     * is provided with its parameters, and every route that the HTTP server knows is in the inventory.
     *
     * @param served the routes that the server has registered
     * @throws AccessStartError with all problems at once
     */
    verify(served: readonly {
        method: string;
        path: string;
    }[]): void;
    private problemsOf;
    /** Roles that are only named may be made by an administrator. */
    private isDeclared;
    private scan;
    private handlers;
}
