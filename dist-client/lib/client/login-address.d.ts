/** The parameter that names where a browser came from. */
export declare const RETURN_PARAMETER = "return_to";
/** What is read of a request, the same in Express and Fastify. */
interface Navigation {
    readonly method?: string;
    readonly url?: string;
    /** The address before a router took its own prefix away. */
    readonly originalUrl?: string;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}
/**
 * Where a browser that opens a page without a token is sent: the login address, with a way back. Undefined for everything
 * that isn't somebody opening a page: programs want their 401.
 */
export declare function loginAddress(loginUrl: string, request: Navigation): string | undefined;
/**
 * The address to come back to: a path of this origin, or `/`. Browsers read `//host`, `/\host`, and both with tabs or line
 * ends in between, as other hosts.
 */
export declare function returnAddress(url: string): string;
export {};
