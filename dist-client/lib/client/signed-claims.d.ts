import { type Freshness } from '../validity/index.js';
import type { RemoteKeys } from './remote-keys.js';
/** What is read of the claims of a token whose signature holds. */
export interface SignedClaims {
    readonly kid: string;
    readonly jti: string;
    readonly sub: string;
    /** Seconds since 1970. */
    readonly exp: number;
}
/**
 * Verifies tokens as far as that can be done here: header, signature, issuer, audience, times (RFC 9068 §4, RFC 8725).
 * That says who made a token, and never that it is alive. Signatures that were verified are remembered, since a token may
 * have to be introspected anew many times.
 */
export declare class SignatureVerifier {
    private readonly keys;
    private readonly expected;
    private readonly news;
    private readonly verified;
    /** @param news whether the keys that are held are those of now */
    constructor(keys: RemoteKeys, expected: {
        readonly issuer: string;
        readonly audience: string;
    }, news: Pick<Freshness, 'isFresh'>);
    /** @throws InvalidTokenError, ValidityUnknownError */
    verify(token: string): Promise<SignedClaims>;
    private keyOf;
    private claimsOf;
}
