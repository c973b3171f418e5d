"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.bearerToken = bearerToken;
const index_js_1 = require("../policy/index.js");
/** What follows the scheme, which is case-insensitive (RFC 9110 §11.1); spaces as RFC 6750 §2.1 has them. */
const BEARER = /^bearer +/i;
const USUAL = 'Bearer ';
const SPACE = 32;
/**
 * The bearer token of a request, or undefined when it has none (RFC 6750 §2.1).
 *
 * @throws Refusal 400 `invalid_request` for a token in the query, which we refuse as RFC 6750 §2.3 advises since
 *         addresses are logged, and for a token in two places (§2)
 */
function bearerToken(request) {
    const { headers, url } = request;
    if ((url === undefined || url.includes('?')) && has(request.query, 'access_token')) {
        throw (0, index_js_1.requestMalformed)('A token in the query is refused, since addresses end up in logs. Send it in the Authorization header.');
    }
    const authorization = headers['authorization'];
    if (typeof authorization !== 'string')
        return undefined;
    const token = credentialsOf(authorization);
    if (token !== undefined && isForm(headers['content-type']) && has(request.body, 'access_token')) {
        throw (0, index_js_1.requestMalformed)('The request carries a token in the Authorization header and in the body; send only the header.');
    }
    return token;
}
/** The usual spelling needs no regular expression. */
function credentialsOf(authorization) {
    if (authorization.startsWith(USUAL) && authorization.charCodeAt(USUAL.length) !== SPACE) {
        return authorization.slice(USUAL.length);
    }
    return BEARER.test(authorization) ? authorization.replace(BEARER, '') : undefined;
}
function isForm(type) {
    return type !== undefined && /^application\/x-www-form-urlencoded/i.test(String(type));
}
function has(container, name) {
    if (typeof container !== 'object' || container === null)
        return false;
    if ('has' in container && typeof container.has === 'function')
        return container.has(name) === true;
    return name in container;
}
