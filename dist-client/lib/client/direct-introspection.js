"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.DirectIntrospection = void 0;
const index_js_1 = require("../validity/index.js");
/** For which an answer is used for further requests, from the sending of its question. Milliseconds. */
const REUSE = 250;
/**
 * For which an answer is used at all, from the sending of its question. The instance that answers may itself be 200 ms
 * behind, so what was let in by it has been dead for 900 ms at most: under the bound of 1 s. Milliseconds.
 */
const USABLE = 700;
const AT_ONCE = 8;
const CAPACITY = 4 * 1024 * 1024;
const ENTRY_BYTES = 1_200;
/**
 * Decides while no news arrive: each decision asks the service. One question per token at a time, a few at once; without
 * an answer nothing is said.
 */
class DirectIntrospection {
    constructor(signatures, introspection, position, clock = index_js_1.now) {
        this.signatures = signatures;
        this.introspection = introspection;
        this.position = position;
        this.clock = clock;
        this.answers = new index_js_1.ByteCache(CAPACITY);
        this.asking = new Map();
    }
    /** @throws InvalidTokenError, ValidityUnknownError */
    verify(token) {
        const answer = this.answers.get(token);
        if (answer?.reusable.isFresh) {
            if (!answer.principal)
                throw new index_js_1.InvalidTokenError('unknown');
            return answer.principal;
        }
        let question = this.asking.get(token);
        if (!question) {
            if (this.asking.size >= AT_ONCE)
                throw new index_js_1.ValidityUnknownError();
            question = this.ask(token).finally(() => this.asking.delete(token));
            this.asking.set(token, question);
        }
        return question;
    }
    async ask(token) {
        const claims = await this.signatures.verify(token);
        const [usable, reusable] = [new index_js_1.Lease(USABLE, this.clock), new index_js_1.Lease(REUSE, this.clock)];
        const sent = this.clock();
        usable.renew(sent);
        reusable.renew(sent);
        const principal = await this.introspection.ask(token, claims, this.position(), USABLE).then((found) => found.principal, (error) => {
            if (error instanceof index_js_1.InvalidTokenError)
                return undefined;
            throw error;
        });
        if (!usable.isFresh)
            throw new index_js_1.ValidityUnknownError();
        this.answers.set(token, { principal, reusable }, token.length + ENTRY_BYTES);
        if (!principal)
            throw new index_js_1.InvalidTokenError('unknown');
        return principal;
    }
}
exports.DirectIntrospection = DirectIntrospection;
