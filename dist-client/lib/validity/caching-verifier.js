"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.CachingTokenVerifier = void 0;
const byte_cache_js_1 = require("./byte-cache.js");
const part_js_1 = require("./part.js");
const token_error_js_1 = require("./token-error.js");
/** What holding a token takes beside its own characters, measured: its entry, parts, and principal. Bytes. */
const ENTRY_BYTES = 1_200;
/** Tokens that can't become good again are remembered apart, so that garbage never pushes good ones out. Bytes. */
const DEAD_CAPACITY = 8 * 1024 * 1024;
const FINAL = new Set(['signature', 'expired', 'revoked']);
/** A load that raced with a drop is done again; so often in a row means that nothing can be said now. */
const MOST_LOADS = 5;
/**
 * The hot path: a token that was seen before is answered from memory, without cryptography, query or promise, as long
 * as what is known may be trusted, the token isn't past its `exp`, and nothing that it hangs on was dropped.
 */
class CachingTokenVerifier {
    /**
     * @param capacity bytes that good tokens may take
     * @param onUse    told of each token that is let in; it stands on the hot path, and must be quick
     */
    constructor(source, freshness, capacity, onUse) {
        this.source = source;
        this.freshness = freshness;
        this.onUse = onUse;
        this.parts = new part_js_1.Parts();
        this.dead = new byte_cache_js_1.ByteCache(DEAD_CAPACITY);
        this.loads = new Map();
        this.racing = new Set();
        /** Counted for metrics. */
        this.decisions = { hit: 0, loaded: 0, refused: 0, unknown: 0 };
        this.alive = new byte_cache_js_1.ByteCache(capacity, ({ parts }) => {
            for (const part of parts)
                this.parts.release(part);
        });
    }
    /** Good tokens held, and the bytes that they are said to take. */
    get held() {
        return { tokens: this.alive.size, bytes: this.alive.byteSize };
    }
    verify(token) {
        if (this.freshness.isFresh) {
            const entry = this.alive.get(token);
            if (entry) {
                if (isValid(entry)) {
                    this.decisions.hit++;
                    return this.current(token, entry);
                }
                // It never becomes valid again, and would take the room of tokens that are.
                this.alive.delete(token);
            }
        }
        const reason = this.dead.get(token);
        if (reason) {
            this.decisions.refused++;
            throw new token_error_js_1.InvalidTokenError(reason);
        }
        return this.loadOnce(token);
    }
    /**
     * The principal of a token that is held, was not dropped, and isn't past its `exp`, however old the news are; undefined
     * for any other. For those who have decided that old news are good enough.
     */
    known(token) {
        const entry = this.alive.get(token);
        return entry && isValid(entry) && Date.now() < entry.loaded.expiresAt * 1_000
            ? this.current(token, entry)
            : undefined;
    }
    /** Whether the token would be decided from memory, by what is held now. */
    knows(token) {
        const entry = this.alive.get(token);
        return entry ? isValid(entry) : this.dead.get(token) !== undefined;
    }
    /** Forgets what the change makes doubtful, and makes a load that is under way begin again. */
    apply({ kind, subject }) {
        if (kind === 'all') {
            for (const load of this.racing)
                load.dropped.add('all');
            this.parts.dropAll();
            this.alive.clear();
            // After a restore even what was dead may be otherwise.
            this.dead.clear();
        }
        else if (kind !== 'rbac') {
            const key = (0, part_js_1.partKey)(kind === 'keys' ? 'key' : kind, subject);
            for (const load of this.racing)
                load.dropped.add(key);
            this.parts.drop(key);
        }
    }
    current(token, entry) {
        if (Date.now() >= entry.loaded.expiresAt * 1_000) {
            this.alive.delete(token);
            throw this.remember(token, new token_error_js_1.InvalidTokenError('expired'));
        }
        if (entry.version !== this.source.version) {
            entry.version = this.source.version;
            entry.principal = this.source.principalOf(entry.loaded);
        }
        this.onUse?.(entry.loaded);
        return entry.principal;
    }
    /** Many requests with one new token load it once. */
    loadOnce(token) {
        let load = this.loads.get(token);
        if (!load) {
            load = this.counted(this.load(token)).finally(() => this.loads.delete(token));
            this.loads.set(token, load);
        }
        return load;
    }
    async counted(load) {
        try {
            const principal = await load;
            this.decisions.loaded++;
            return principal;
        }
        catch (error) {
            this.decisions[error instanceof token_error_js_1.InvalidTokenError ? 'refused' : 'unknown']++;
            throw error;
        }
    }
    async load(token) {
        for (let attempt = 0; attempt < MOST_LOADS; attempt++) {
            if (!this.freshness.isFresh && !(await this.freshness.becomeFresh()))
                throw new token_error_js_1.ValidityUnknownError();
            const known = this.alive.get(token);
            if (known && isValid(known))
                return this.current(token, known);
            const load = { dropped: new Set() };
            this.racing.add(load);
            const loaded = await this.source
                .load(token)
                .catch((error) => {
                throw this.remember(token, error);
            })
                .finally(() => this.racing.delete(load));
            // What was read is used only if nothing in it was dropped since, and only while the news of drops is fresh: an
            // answer that took long may be older than a revocation that everybody else has heard of.
            if (this.freshness.isFresh && !this.raced(load, loaded))
                return this.enter(token, loaded);
        }
        throw new token_error_js_1.ValidityUnknownError();
    }
    raced({ dropped }, loaded) {
        return dropped.has('all') || partsOf(loaded).some(([kind, id]) => dropped.has((0, part_js_1.partKey)(kind, id)));
    }
    enter(token, loaded) {
        const parts = partsOf(loaded).map(([kind, id]) => this.parts.take(kind, id));
        const entry = { loaded, parts, principal: this.source.principalOf(loaded), version: this.source.version };
        this.alive.set(token, entry, token.length + ENTRY_BYTES);
        return this.current(token, entry);
    }
    remember(token, error) {
        if (error instanceof token_error_js_1.InvalidTokenError && FINAL.has(error.reason)) {
            this.dead.set(token, error.reason, token.length + 100);
        }
        return error;
    }
}
exports.CachingTokenVerifier = CachingTokenVerifier;
function isValid({ parts }) {
    for (const part of parts) {
        if (!part.valid)
            return false;
    }
    return true;
}
function partsOf({ jti, accountId, clientId, sessionId, kid }) {
    const parts = [
        ['token', jti],
        ['account', accountId],
        ['client', clientId],
        ['key', kid],
    ];
    if (sessionId)
        parts.push(['session', sessionId]);
    return parts;
}
