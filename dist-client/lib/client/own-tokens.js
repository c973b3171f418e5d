"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.OwnTokens = void 0;
const service_error_js_1 = require("./service-error.js");
/** A token is renewed when a tenth of its life is left, but not earlier than so long before its end. Milliseconds. */
const LONGEST_MARGIN = 60_000;
/** Access tokens of the application itself, by the client credentials grant (RFC 6749 §4.4): kept, and renewed in time. */
class OwnTokens {
    constructor(service, faults) {
        this.service = service;
        this.faults = faults;
        this.held = new Map();
        this.asking = new Map();
    }
    /**
     * A token that is good for a while still. Many who ask at once share one question.
     *
     * @throws ServiceError
     */
    async get(wish = {}) {
        const key = JSON.stringify([wish.scope, wish.resource]);
        const held = this.held.get(key);
        if (held && performance.now() < held.renewAt)
            return held.token;
        let question = this.asking.get(key);
        if (!question) {
            question = this.ask(key, wish).finally(() => this.asking.delete(key));
            this.asking.set(key, question);
        }
        return question.catch((error) => {
            // The one that is held is good for a few moments still, and the next call tries again.
            if (held && performance.now() < held.expiresAt)
                return held.token;
            throw error;
        });
    }
    /** Forgets all of them: one was refused. */
    forget() {
        this.held.clear();
    }
    async ask(key, { scope, resource }) {
        const sent = performance.now();
        try {
            const { token: endpoint } = await this.service.endpoints();
            const { access_token: token, expires_in: lifetime } = await this.service.form(endpoint, {
                grant_type: 'client_credentials',
                ...(scope !== undefined && { scope }),
                ...(resource !== undefined && { resource }),
            });
            if (typeof token !== 'string')
                throw new service_error_js_1.ServiceError(200, 'the token endpoint answered without a token');
            const life = Number(lifetime ?? 0) * 1_000;
            const expiresAt = sent + life;
            this.held.set(key, { token, expiresAt, renewAt: expiresAt - Math.min(LONGEST_MARGIN, life / 10) });
            this.faults.over('token', 'The service issues tokens to this application again.');
            return token;
        }
        catch (error) {
            this.faults.report('token', this.sayFault(error));
            throw error;
        }
    }
    sayFault(error) {
        const { issuer, clientId } = this.service.settings;
        return error instanceof service_error_js_1.ServiceError && error.status >= 400 && error.status < 500
            ? `The service at ${issuer} gives the client "${clientId}" no token (${error.message}). Check clientId and clientSecret, and that the client may use client_credentials and ask for the resource ${issuer}.`
            : `No token could be got from ${issuer} (${(0, service_error_js_1.reasonOf)(error)}).`;
    }
}
exports.OwnTokens = OwnTokens;
