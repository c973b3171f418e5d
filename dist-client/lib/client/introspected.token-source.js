"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.IntrospectedTokenSource = void 0;
const promises_1 = require("node:timers/promises");
const index_js_1 = require("../validity/index.js");
const cursor_js_1 = require("./cursor.js");
/** An answer that doesn't reach what is known here is asked for again, so often and after so many milliseconds. */
const RETRIES = [10, 40, 150];
/**
 * A token that is said to be inactive isn't asked about again for so long: somebody may go on presenting it. Not for ever,
 * as it may be inactive only because an instance didn't know its key yet. Milliseconds.
 */
const INACTIVE_FOR = 5_000;
const INACTIVE_CAPACITY = 2 * 1024 * 1024;
/** Looks up tokens that aren't known yet: verifies them here, and introspects each once. */
class IntrospectedTokenSource {
    /** @param position where the stream is, and so what every answer must know */
    constructor(signatures, introspection, position) {
        this.signatures = signatures;
        this.introspection = introspection;
        this.position = position;
        /** Whatever changes what tokens may do drops them, so what is held never has to be made anew. */
        this.version = 0;
        this.inactive = new index_js_1.ByteCache(INACTIVE_CAPACITY);
    }
    async load(token) {
        const claims = await this.signatures.verify(token);
        const until = this.inactive.get(token);
        if (until !== undefined && performance.now() < until)
            throw new index_js_1.InvalidTokenError('unknown');
        for (const pause of [...RETRIES, undefined]) {
            const sent = this.position();
            if (!sent)
                break;
            const loaded = await this.introspection.ask(token, claims, sent).catch((error) => {
                if (error instanceof index_js_1.InvalidTokenError) {
                    this.inactive.set(token, performance.now() + INACTIVE_FOR, token.length + 100);
                }
                throw error;
            });
            if ((0, cursor_js_1.reaches)(loaded.asOf, sent))
                return loaded;
            if (pause !== undefined)
                await (0, promises_1.setTimeout)(pause);
        }
        throw new index_js_1.ValidityUnknownError();
    }
    /** Forgets what was said to be inactive. */
    forget() {
        this.inactive.clear();
    }
    principalOf({ principal }) {
        return principal;
    }
}
exports.IntrospectedTokenSource = IntrospectedTokenSource;
