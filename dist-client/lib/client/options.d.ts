import { type Permission } from '../policy/index.js';
import type { GatehouseLogger } from './logger.js';
import { type UnreachableMode, type WhenUnreachable } from './when-unreachable.js';
/** Permissions as `definePermissions` makes them, a whole area or one. */
export type PermissionList = readonly (Permission | Readonly<Record<string, Permission>>)[];
/** What an application says of itself and of its service. */
export interface GatehouseOptions {
    /** The service's address, exactly as its `PUBLIC_URL` says it: the `iss` of its tokens (RFC 8414 §2). */
    readonly issuer: string;
    /** This application's own audience: the `aud` of the tokens that are meant for it (RFC 9700 §2.3). */
    readonly audience: string;
    /** The client as which this application speaks to the service. */
    readonly clientId: string;
    readonly clientSecret: string;
    /** The service's own audience, where its setting `TOKEN_AUDIENCE` says another than the issuer. */
    readonly serviceAudience?: string;
    /** Permissions that the application declares, so that administrators can put them into roles. */
    readonly permissions?: PermissionList;
    /** What is done when the news can't arrive; see {@link WhenUnreachable}. `introspect` when left out. */
    readonly whenUnreachable?: WhenUnreachable;
    /** Where browsers without a token are sent: an address of this application, or a whole one. */
    readonly loginUrl?: string;
    /** What verified tokens may take in memory. Bytes; 64 MB when left out, which is some 30,000 tokens. */
    readonly cacheBytes?: number;
    /** `console` when left out. */
    readonly logger?: GatehouseLogger;
    /** For tests, proxies and other addresses inside a network than outside; the global one when left out. */
    readonly fetch?: typeof fetch;
}
/** The options, checked and complete. */
export interface ClientSettings {
    readonly issuer: string;
    readonly audience: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly serviceAudience: string;
    readonly permissions: readonly Permission[];
    readonly whenUnreachable: UnreachableMode;
    readonly loginUrl: string | undefined;
    readonly cacheBytes: number;
    readonly logger: GatehouseLogger;
    readonly fetch: typeof fetch;
}
/** An option is missing or wrong. */
export declare class GatehouseOptionsError extends TypeError {
    readonly problems: readonly string[];
    readonly name = "GatehouseOptionsError";
    /** @param problems one sentence each, which names the option */
    constructor(problems: readonly string[]);
}
/** @throws GatehouseOptionsError with all problems at once */
export declare function readOptions(options: GatehouseOptions): ClientSettings;
/** The single permissions of a list of areas and permissions, each once. */
export declare function listPermissions(permissions: PermissionList): Permission[];
