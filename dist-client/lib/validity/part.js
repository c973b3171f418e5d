"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Parts = void 0;
exports.partKey = partKey;
/**
 * The parts that cached tokens hang on, each once. A drop marks one part, and so reaches all its tokens at once however
 * many there are; a token finds out when it is asked for.
 */
class Parts {
    constructor() {
        this.held = new Map();
    }
    /** The part of this name, held until it is released as often as it was taken. */
    take(kind, id) {
        const key = partKey(kind, id);
        let part = this.held.get(key);
        if (!part)
            this.held.set(key, (part = { key, valid: true, users: 0 }));
        part.users++;
        return part;
    }
    release(part) {
        part.users--;
        if (part.users === 0 && this.held.get(part.key) === part)
            this.held.delete(part.key);
    }
    /** What hangs on it is invalid from now on; what is loaded later hangs on a new one. */
    drop(key) {
        const part = this.held.get(key);
        if (!part)
            return;
        part.valid = false;
        this.held.delete(key);
    }
    dropAll() {
        for (const part of this.held.values())
            part.valid = false;
        this.held.clear();
    }
    /** How many are held. */
    get size() {
        return this.held.size;
    }
}
exports.Parts = Parts;
/** The name of a part. */
function partKey(kind, id) {
    return `${kind}:${id}`;
}
