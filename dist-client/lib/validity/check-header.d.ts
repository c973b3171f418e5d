import type { KeyObject } from 'node:crypto';
/** The signature algorithms of access tokens (RFC 7518 §3.1). No EdDSA: passport-jwt's verifier doesn't know it. */
export type TokenAlgorithm = 'RS256' | 'ES256';
/** A public key with the one algorithm that it may be used with (RFC 8725 §3.1). */
export interface VerificationKey {
    readonly kid: string;
    readonly algorithm: TokenAlgorithm;
    /** Made once: parsing a PEM string at each verification costs several times the verification. */
    readonly publicKey: KeyObject;
}
/** The keys that are good now, by `kid`. */
export interface VerificationKeys {
    find(kid: string): VerificationKey | undefined;
}
/** Longer than any token of ours (they stay under 4 KB), shorter than what costs time to look at. */
export declare const LONGEST_TOKEN = 8192;
/**
 * Chooses the key for a token by its JOSE header, before anything is verified: known `kid`, the key's own algorithm,
 * the type of an access token, nothing critical. No key is ever taken from the header (RFC 8725 §3.1, §3.10, §3.11;
 * RFC 9068 §4).
 *
 * @throws InvalidTokenError
 */
export declare function checkHeader(token: string, keys: VerificationKeys): VerificationKey;
/** The `kid` of a token whose header has been checked. */
export declare function keyIdOf(token: string): string;
