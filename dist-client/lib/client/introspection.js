"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Introspection = void 0;
const index_js_1 = require("../policy/index.js");
const index_js_2 = require("../validity/index.js");
const cursor_js_1 = require("./cursor.js");
const service_error_js_1 = require("./service-error.js");
/** Questions under way at once; more wait, so that a burst of new tokens doesn't become a burst of connections. */
const AT_ONCE = 16;
/** Asks the service what a token is good for now (RFC 7662). */
class Introspection {
    constructor(service, faults) {
        this.service = service;
        this.faults = faults;
        this.free = AT_ONCE;
        this.waiting = [];
    }
    /**
     * One question and its answer.
     *
     * @param position what is known here already: an instance that is behind it catches up first
     * @param patience milliseconds
     * @throws InvalidTokenError when the token is dead or unknown there; ValidityUnknownError when nothing was answered
     */
    async ask(token, { kid, jti, sub, exp }, position, patience) {
        const answer = await this.answerTo(token, position, patience);
        if (answer['active'] !== true)
            throw new index_js_2.InvalidTokenError('unknown');
        // The answer is about the token that was asked about; anything else comes from a service that isn't one.
        if (answer['jti'] !== jti || answer['sub'] !== sub)
            throw new index_js_2.ValidityUnknownError();
        const sessionId = typeof answer['sid'] === 'string' ? answer['sid'] : null;
        const clientId = textOf(answer['client_id']);
        const expiresAt = Math.min(exp, Number(answer['exp'] ?? exp));
        const username = textOf(answer['username']);
        return {
            jti,
            kid,
            clientId,
            sessionId,
            expiresAt,
            accountId: sub,
            asOf: (0, cursor_js_1.parseCursor)(answer['as_of']),
            principal: Object.freeze({
                id: sub,
                kind: answer['kind'] === 'service' ? 'service' : 'user',
                username,
                name: textOf(answer['name']) || username,
                groups: new Set(textsOf(answer['groups'])),
                roles: new Set(textsOf(answer['roles'])),
                permissions: new index_js_1.Grants(textsOf(answer['permissions'])),
                isNarrowed: answer['narrowed'] !== false,
                token: {
                    jti,
                    clientId,
                    sessionId,
                    issuedAt: Number(answer['iat'] ?? 0),
                    expiresAt,
                    audience: textsOf([answer['aud']].flat()),
                },
            }),
        };
    }
    async answerTo(token, position, patience) {
        const headers = position ? { 'Gatehouse-Position': (0, cursor_js_1.sayCursor)(position) } : {};
        await this.turn();
        try {
            const { introspection } = await this.service.endpoints();
            const answer = await this.service.form(introspection, { token }, { headers, ...(patience && { patience }) });
            this.faults.over('introspection');
            return answer;
        }
        catch (error) {
            this.faults.report('introspection', this.sayFault(error));
            throw new index_js_2.ValidityUnknownError({ cause: error });
        }
        finally {
            this.free++;
            this.waiting.shift()?.();
        }
    }
    async turn() {
        while (this.free === 0)
            await new Promise((resolve) => this.waiting.push(resolve));
        this.free--;
    }
    sayFault(error) {
        const { issuer, clientId } = this.service.settings;
        return error instanceof service_error_js_1.ServiceError && error.status === 401
            ? `The service at ${issuer} refuses the credentials of the client "${clientId}" (${error.message}). Check clientId and clientSecret: no token can be introspected.`
            : `Tokens can’t be introspected at ${issuer} (${(0, service_error_js_1.reasonOf)(error)}).`;
    }
}
exports.Introspection = Introspection;
function textOf(value) {
    return typeof value === 'string' ? value : '';
}
function textsOf(value) {
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
