"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Refusal = void 0;
exports.credentialsMissing = credentialsMissing;
exports.tokenInvalid = tokenInvalid;
exports.permissionMissing = permissionMissing;
exports.validityUnknown = validityUnknown;
exports.requestMalformed = requestMalformed;
const alternatives_js_1 = require("./alternatives.js");
/** A request that isn't let in, with everything that its answer says: problem details, and the headers beside them. */
class Refusal extends Error {
    constructor(problem, headers = {}, options) {
        super(problem.detail, options);
        this.problem = problem;
        this.headers = headers;
        this.name = 'Refusal';
    }
    /** The HTTP status of the answer: 400, 401, 403 or 503. */
    get status() {
        return this.problem.status;
    }
}
exports.Refusal = Refusal;
/** RFC 6750 §3: no credentials get a challenge without an error code. */
function credentialsMissing() {
    return new Refusal({ title: 'Unauthorized', status: 401, detail: 'This needs an access token: send Authorization: Bearer <token>.' }, { 'WWW-Authenticate': 'Bearer' });
}
/** RFC 6750 §3.1: the reason stays in the log. */
function tokenInvalid(cause) {
    return new Refusal({
        title: 'Unauthorized',
        status: 401,
        detail: 'The access token is malformed, expired, revoked, or not from here.',
    }, { 'WWW-Authenticate': 'Bearer error="invalid_token"' }, { cause });
}
/** RFC 6750 §3.1, naming the scope that would help, if one would. */
function permissionMissing(condition, checksRan) {
    const scope = (0, alternatives_js_1.requiredScope)(condition, checksRan);
    const challenge = 'Bearer error="insufficient_scope"';
    return new Refusal({
        title: 'Forbidden',
        status: 403,
        detail: scope ? `This needs the permission ${scope.replaceAll(' ', ' and ')}.` : 'You may not do this.',
    }, { 'WWW-Authenticate': scope ? `${challenge}, scope="${scope}"` : challenge });
}
/** Nothing can be said of the token now; saying 401 would make clients throw a good one away. */
function validityUnknown(cause) {
    return new Refusal({ title: 'Service Unavailable', status: 503, detail: 'Tokens can’t be checked at the moment. Try again shortly.' }, { 'Retry-After': '1' }, { cause });
}
/** RFC 6750 §3.1 `invalid_request`: a token where none may be, or in two places. */
function requestMalformed(detail) {
    return new Refusal({ title: 'Bad Request', status: 400, detail }, { 'WWW-Authenticate': 'Bearer error="invalid_request"' });
}
