/** The parts of a request that can carry a token, the same in Fastify and Express. */
export interface TokenCarrier {
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
    /** The address as it came. Where it has no query, `query` isn't looked at: Express parses that anew at each look. */
    readonly url?: string;
    readonly query?: unknown;
    readonly body?: unknown;
}
/**
 * The bearer token of a request, or undefined when it has none (RFC 6750 §2.1).
 *
 * @throws Refusal 400 `invalid_request` for a token in the query, which we refuse as RFC 6750 §2.3 advises since
 *         addresses are logged, and for a token in two places (§2)
 */
export declare function bearerToken(request: TokenCarrier): string | undefined;
