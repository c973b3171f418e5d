import type { Principal } from '../policy/index.js';
import { type TokenSource } from '../validity/index.js';
import { type Cursor } from './cursor.js';
import type { Introspection, IntrospectedToken } from './introspection.js';
import type { SignatureVerifier } from './signed-claims.js';
/** Looks up tokens that aren't known yet: verifies them here, and introspects each once. */
export declare class IntrospectedTokenSource implements TokenSource<IntrospectedToken> {
    private readonly signatures;
    private readonly introspection;
    private readonly position;
    /** Whatever changes what tokens may do drops them, so what is held never has to be made anew. */
    readonly version = 0;
    private readonly inactive;
    /** @param position where the stream is, and so what every answer must know */
    constructor(signatures: SignatureVerifier, introspection: Introspection, position: () => Cursor | undefined);
    load(token: string): Promise<IntrospectedToken>;
    /** Forgets what was said to be inactive. */
    forget(): void;
    principalOf({ principal }: IntrospectedToken): Principal;
}
