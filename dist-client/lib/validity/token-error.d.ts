/** Why a token was refused. For the log: callers hear `invalid_token` whatever the reason. */
export type InvalidTokenReason = 'malformed' | 'algorithm' | 'type' | 'critical' | 'key' | 'signature' | 'claims' | 'expired' | 'unknown' | 'revoked';
/** The token is no good, and won't become so. */
export declare class InvalidTokenError extends Error {
    readonly reason: InvalidTokenReason;
    readonly name = "InvalidTokenError";
    constructor(reason: InvalidTokenReason);
}
/** Whether the token is good can't be told now: the database is gone, or the news is too old to be trusted. */
export declare class ValidityUnknownError extends Error {
    readonly name = "ValidityUnknownError";
    constructor(options?: ErrorOptions);
}
