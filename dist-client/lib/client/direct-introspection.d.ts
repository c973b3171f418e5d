import type { Principal } from '../policy/index.js';
import { type Moment } from '../validity/index.js';
import type { Cursor } from './cursor.js';
import type { Introspection } from './introspection.js';
import type { SignatureVerifier } from './signed-claims.js';
/**
 * Decides while no news arrive: each decision asks the service. One question per token at a time, a few at once; without
 * an answer nothing is said.
 */
export declare class DirectIntrospection {
    private readonly signatures;
    private readonly introspection;
    private readonly position;
    private readonly clock;
    private readonly answers;
    private readonly asking;
    constructor(signatures: SignatureVerifier, introspection: Introspection, position: () => Cursor | undefined, clock?: () => Moment);
    /** @throws InvalidTokenError, ValidityUnknownError */
    verify(token: string): Principal | Promise<Principal>;
    private ask;
}
