"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.RemoteKeys = void 0;
const node_crypto_1 = require("node:crypto");
const index_js_1 = require("../validity/index.js");
/** The key type of each algorithm (RFC 7518 §6.1). */
const ALGORITHMS = { RSA: 'RS256', EC: 'ES256' };
/** The service's public keys (RFC 7517), each a `KeyObject` made once and bound to its one algorithm (RFC 8725 §3.1). */
class RemoteKeys {
    constructor(service) {
        this.service = service;
        this.reading = Promise.resolve();
        /** Made-up kids can't have the keys fetched more than about once a second. */
        this.searches = new index_js_1.TokenBucket(1, 3);
    }
    find(kid) {
        return this.keys?.get(kid);
    }
    /**
     * Fetches the keys anew. Calls that come while they are being fetched share the one fetch that follows, so that what
     * was true before a call is known after it.
     *
     * @throws ServiceError; the keys stay as they are
     */
    reload() {
        this.nextReading ??= this.reading
            .catch(() => { })
            .then(() => {
            this.nextReading = undefined;
            return (this.reading = this.read());
        });
        return this.nextReading;
    }
    /**
     * For a `kid` that isn't known: the key may be new.
     *
     * @returns whether it was looked for; not if that was done too often lately
     * @throws ServiceError
     */
    async search() {
        if (!this.nextReading && this.keys && !this.searches.take())
            return false;
        await this.reload();
        return true;
    }
    async read() {
        const { jwks } = await this.service.endpoints();
        // Not from a cache in between: after an emergency the old keys must be gone.
        const { keys } = await this.service.json(jwks, { headers: { 'cache-control': 'no-cache' } });
        const read = (Array.isArray(keys) ? keys : []).map((jwk) => this.keyOf(JSON.stringify(jwk)));
        this.keys = new Map(read.filter((key) => key !== undefined).map((key) => [key.kid, key]));
    }
    /** What was read before stays the same object, and with it the signatures that were verified. */
    keyOf(jwk) {
        return [...(this.keys?.values() ?? [])].find((key) => key.jwk === jwk) ?? readKey(jwk);
    }
}
exports.RemoteKeys = RemoteKeys;
/** Undefined for a key that isn't one for signatures of ours: other keys may stand beside (RFC 7517 §5). */
function readKey(text) {
    const jwk = (JSON.parse(text) ?? {});
    const { kid, kty, alg, use = 'sig' } = jwk;
    const algorithm = typeof kty === 'string' ? ALGORITHMS[kty] : undefined;
    if (typeof kid !== 'string' || !algorithm || alg !== algorithm || use !== 'sig')
        return undefined;
    try {
        return { kid, algorithm, publicKey: (0, node_crypto_1.createPublicKey)({ key: jwk, format: 'jwk' }), jwk: text };
    }
    catch {
        return undefined;
    }
}
