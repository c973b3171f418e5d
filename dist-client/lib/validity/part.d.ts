/** The kinds of things that a token hangs on. */
export type PartKind = 'token' | 'session' | 'account' | 'client' | 'key';
/** Something that tokens hang on. When it changes, it is no longer valid, and neither is what was derived from it. */
export interface Part {
    readonly key: string;
    valid: boolean;
    /** How many cached tokens hang on it. */
    users: number;
}
/**
 * The parts that cached tokens hang on, each once. A drop marks one part, and so reaches all its tokens at once however
 * many there are; a token finds out when it is asked for.
 */
export declare class Parts {
    private readonly held;
    /** The part of this name, held until it is released as often as it was taken. */
    take(kind: PartKind, id: string): Part;
    release(part: Part): void;
    /** What hangs on it is invalid from now on; what is loaded later hangs on a new one. */
    drop(key: string): void;
    dropAll(): void;
    /** How many are held. */
    get size(): number;
}
/** The name of a part. */
export declare function partKey(kind: PartKind, id: string): string;
