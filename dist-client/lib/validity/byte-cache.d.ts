/**
 * A map that holds so many bytes at most, and forgets first what wasn't used lately: each entry gets a second chance if
 * it was used since it was last looked at. A hit costs one look-up and one flag, where an exact order of use would cost
 * a deletion and an insertion.
 */
export declare class ByteCache<Value> {
    private readonly capacity;
    private readonly forgotten;
    private readonly entries;
    private bytes;
    /**
     * @param capacity bytes
     * @param forgotten told of each value that is no longer held, whatever the reason
     */
    constructor(capacity: number, forgotten?: (value: Value) => void);
    /** How many are held. */
    get size(): number;
    /** How many bytes they are said to take. */
    get byteSize(): number;
    get(key: string): Value | undefined;
    /** @param bytes what holding it takes; one that is larger than the whole isn't held */
    set(key: string, value: Value, bytes: number): void;
    delete(key: string): void;
    clear(): void;
    /** Ends: an entry that was given its second chance isn't given another before it is used again. */
    private forgetOne;
}
