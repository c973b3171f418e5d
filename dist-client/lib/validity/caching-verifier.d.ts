import type { Principal } from '../policy/index.js';
import type { Change } from './change.js';
import type { Freshness, LoadedToken, TokenSource } from './token-source.js';
import type { TokenVerifier } from './token-verifier.js';
/** How often tokens were decided, and how, since the start. */
export interface Decisions {
    /** From memory. */
    hit: number;
    /** Looked up, and good. */
    loaded: number;
    /** Refused, looked up or from memory. */
    refused: number;
    /** Nothing could be said. */
    unknown: number;
}
/**
 * The hot path: a token that was seen before is answered from memory, without cryptography, query or promise, as long
 * as what is known may be trusted, the token isn't past its `exp`, and nothing that it hangs on was dropped.
 */
export declare class CachingTokenVerifier<Loaded extends LoadedToken> implements TokenVerifier {
    private readonly source;
    private readonly freshness;
    private readonly onUse?;
    private readonly parts;
    private readonly alive;
    private readonly dead;
    private readonly loads;
    private readonly racing;
    /** Counted for metrics. */
    readonly decisions: Decisions;
    /**
     * @param capacity bytes that good tokens may take
     * @param onUse    told of each token that is let in; it stands on the hot path, and must be quick
     */
    constructor(source: TokenSource<Loaded>, freshness: Freshness, capacity: number, onUse?: ((token: Loaded) => void) | undefined);
    /** Good tokens held, and the bytes that they are said to take. */
    get held(): {
        tokens: number;
        bytes: number;
    };
    verify(token: string): Principal | Promise<Principal>;
    /**
     * The principal of a token that is held, was not dropped, and isn't past its `exp`, however old the news are; undefined
     * for any other. For those who have decided that old news are good enough.
     */
    known(token: string): Principal | undefined;
    /** Whether the token would be decided from memory, by what is held now. */
    knows(token: string): boolean;
    /** Forgets what the change makes doubtful, and makes a load that is under way begin again. */
    apply({ kind, subject }: Change): void;
    private current;
    /** Many requests with one new token load it once. */
    private loadOnce;
    private counted;
    private load;
    private raced;
    private enter;
    private remember;
}
