import type { Principal } from '../policy/index.js';
/**
 * Answers for a bearer token who comes with it and what is in force for them now.
 *
 * The guard knows this and nothing else of tokens. An implementation may look everything up, keep a cache, or ask
 * another service; it answers synchronously where it can, so that a hit costs the guard no promise.
 */
export interface TokenVerifier {
    /**
     * @param token the credentials after `Bearer `, as they came
     * @throws InvalidTokenError when the token is malformed, forged, expired, revoked or unknown (401)
     * @throws ValidityUnknownError when nothing can be said now; the caller must refuse, not guess (503)
     */
    verify(token: string): Principal | Promise<Principal>;
}
