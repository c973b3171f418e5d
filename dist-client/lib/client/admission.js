"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Admission = void 0;
exports.requireRule = requireRule;
const index_js_1 = require("../policy/index.js");
const index_js_2 = require("../validity/index.js");
const http_answer_js_1 = require("./http-answer.js");
const login_address_js_1 = require("./login-address.js");
/** Decides requests outside of Nest. Where everything is in memory it does so at once, without a promise. */
class Admission {
    constructor(verifier, loginUrl) {
        this.verifier = verifier;
        this.loginUrl = loginUrl;
    }
    /**
     * Who makes the request: the anonymous principal without a token.
     *
     * @throws Refusal of 400, InvalidTokenError, ValidityUnknownError
     */
    identify(request) {
        const token = (0, index_js_2.bearerToken)(request);
        return token === undefined ? index_js_1.ANONYMOUS : this.verifier.verify(token);
    }
    /**
     * Lets a request pass, with its principal in `user`, or throws.
     *
     * @returns undefined where it is settled at once
     */
    admit(request, rule) {
        const principal = this.identify(request);
        return 'then' in principal
            ? principal.then((found) => this.pass(request, rule, found))
            : this.pass(request, rule, principal);
    }
    /** Whether the rule holds for somebody. Throws a Refusal where it doesn't. */
    require(principal, rule, request) {
        if (rule === 'public')
            return undefined;
        const decision = (0, index_js_1.decide)(rule, principal);
        if (decision === 'allow')
            return undefined;
        if (decision === 'deny')
            throw principal.kind === 'anonymous' ? (0, index_js_1.credentialsMissing)() : (0, index_js_1.permissionMissing)(rule, false);
        return this.check(rule, decision, principal, request);
    }
    /**
     * The answer to a request that wasn't let in.
     *
     * @throws what isn't a refusal: the framework's own handling of errors is for that
     */
    answerTo(error, request) {
        const refusal = (0, http_answer_js_1.toRefusal)(error);
        if (!refusal)
            throw error;
        const isAnonymous = request.user === index_js_1.ANONYMOUS && refusal.status === 401;
        const login = isAnonymous && this.loginUrl !== undefined ? (0, login_address_js_1.loginAddress)(this.loginUrl, request) : undefined;
        return login === undefined ? (0, http_answer_js_1.problemAnswer)(refusal) : (0, http_answer_js_1.redirectAnswer)(login);
    }
    pass(request, rule, principal) {
        request.user = principal;
        return this.require(principal, rule, request);
    }
    async check(rule, remaining, principal, request) {
        if (!(await (0, index_js_1.runChecks)(remaining, principal, request, () => undefined)))
            throw (0, index_js_1.permissionMissing)(rule, true);
    }
}
exports.Admission = Admission;
/**
 * What only a cast, or JavaScript, can bring here, and what needs Nest.
 *
 * @throws TypeError
 */
function requireRule(rule) {
    if (rule === 'public')
        return;
    if (!(0, index_js_1.isCondition)(rule)) {
        throw new TypeError(`protect() takes a condition, such as a declared permission, not ${JSON.stringify(rule)}.`);
    }
    const injected = (0, index_js_1.checksOf)(rule).find(({ check }) => (0, index_js_1.isCheckClass)(check));
    if (injected)
        throw new TypeError(`The check ${injected.name} is a class, which only Nest can inject. Use a function.`);
}
