"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.ByteCache = void 0;
/**
 * A map that holds so many bytes at most, and forgets first what wasn't used lately: each entry gets a second chance if
 * it was used since it was last looked at. A hit costs one look-up and one flag, where an exact order of use would cost
 * a deletion and an insertion.
 */
class ByteCache {
    /**
     * @param capacity bytes
     * @param forgotten told of each value that is no longer held, whatever the reason
     */
    constructor(capacity, forgotten = () => { }) {
        this.capacity = capacity;
        this.forgotten = forgotten;
        this.entries = new Map();
        this.bytes = 0;
    }
    /** How many are held. */
    get size() {
        return this.entries.size;
    }
    /** How many bytes they are said to take. */
    get byteSize() {
        return this.bytes;
    }
    get(key) {
        const entry = this.entries.get(key);
        if (!entry)
            return undefined;
        entry.used = true;
        return entry.value;
    }
    /** @param bytes what holding it takes; one that is larger than the whole isn't held */
    set(key, value, bytes) {
        this.delete(key);
        if (bytes > this.capacity) {
            this.forgotten(value);
            return;
        }
        while (this.bytes + bytes > this.capacity)
            this.forgetOne();
        this.entries.set(key, { value, bytes, used: false });
        this.bytes += bytes;
    }
    delete(key) {
        const entry = this.entries.get(key);
        if (!entry)
            return;
        this.entries.delete(key);
        this.bytes -= entry.bytes;
        this.forgotten(entry.value);
    }
    clear() {
        for (const key of this.entries.keys())
            this.delete(key);
    }
    /** Ends: an entry that was given its second chance isn't given another before it is used again. */
    forgetOne() {
        for (const [key, entry] of this.entries) {
            if (!entry.used) {
                this.delete(key);
                return;
            }
            entry.used = false;
            this.entries.delete(key);
            this.entries.set(key, entry);
        }
    }
}
exports.ByteCache = ByteCache;
