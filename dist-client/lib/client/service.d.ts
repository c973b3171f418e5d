import type { ClientSettings } from './options.js';
/** The addresses that are asked. */
export interface Endpoints {
    readonly token: string;
    readonly introspection: string;
    readonly jwks: string;
}
/** The service over HTTP: finds its endpoints, and asks them with the credentials of the client. */
export declare class Service {
    readonly settings: ClientSettings;
    private found;
    private readonly basic;
    constructor(settings: ClientSettings);
    /**
     * The endpoints that the service's metadata names. Asked for once; a failure isn't kept.
     *
     * @throws ServiceError
     */
    endpoints(): Promise<Endpoints>;
    /** An address below the issuer. */
    at(path: string): string;
    /**
     * Asks, and reads the answer as JSON.
     *
     * @throws ServiceError for any other answer than a success, and for none
     */
    json(address: string, init?: RequestInit, patience?: number): Promise<Record<string, unknown>>;
    /** Posts a form as the client: `client_secret_basic` (RFC 6749 §2.3.1). Throws as {@link json} does. */
    form(address: string, fields: Readonly<Record<string, string>>, { headers, patience }?: {
        headers?: Record<string, string>;
        patience?: number;
    }): Promise<Record<string, unknown>>;
    /** A redirect is never followed: the credentials are for the service alone. */
    send(address: string, init: RequestInit): Promise<Response>;
    private read;
    private discover;
}
/**
 * Where the metadata of an issuer is: the well-known part stands before its path (RFC 8414 §3.1). A service that is
 * mounted under a path can't answer there, so it is asked for behind the path too.
 */
export declare function metadataAddresses(issuer: string): string[];
