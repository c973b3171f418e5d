import type { Principal } from '../policy/index.js';
/** A token whose signature holds and that is alive, as one look at the registry told. */
export interface LoadedToken {
    readonly jti: string;
    readonly accountId: string;
    readonly clientId: string;
    readonly sessionId: string | null;
    readonly kid: string;
    /** Seconds since 1970 (the `exp` claim). */
    readonly expiresAt: number;
}
/** Where tokens that aren't known yet are looked up. */
export interface TokenSource<Loaded extends LoadedToken = LoadedToken> {
    /**
     * Verifies the token and looks it up.
     *
     * @throws InvalidTokenError, ValidityUnknownError
     */
    load(token: string): Promise<Loaded>;
    /** Changes whenever {@link principalOf} might answer something else for the same token. */
    readonly version: number;
    /** Who comes with the token and what is in force, from what is held in memory. */
    principalOf(loaded: Loaded): Principal;
}
/** Whether what is known may be trusted now. */
export interface Freshness {
    readonly isFresh: boolean;
    /** Waits for a look that is under way, a second at most; answers whether it may be trusted then. */
    becomeFresh(): Promise<boolean>;
}
