"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.RETURN_PARAMETER = void 0;
exports.loginAddress = loginAddress;
exports.returnAddress = returnAddress;
/** The parameter that names where a browser came from. */
exports.RETURN_PARAMETER = 'return_to';
/**
 * Where a browser that opens a page without a token is sent: the login address, with a way back. Undefined for everything
 * that isn't somebody opening a page: programs want their 401.
 */
function loginAddress(loginUrl, request) {
    const { method, headers } = request;
    const mode = headers['sec-fetch-mode'];
    if (method !== 'GET' || !String(headers['accept'] ?? '').includes('text/html'))
        return undefined;
    if ((mode !== undefined && mode !== 'navigate') || headers['x-requested-with'] !== undefined)
        return undefined;
    const back = returnAddress(request.originalUrl ?? request.url ?? '/');
    return `${loginUrl}${loginUrl.includes('?') ? '&' : '?'}${exports.RETURN_PARAMETER}=${encodeURIComponent(back)}`;
}
/**
 * The address to come back to: a path of this origin, or `/`. Browsers read `//host`, `/\host`, and both with tabs or line
 * ends in between, as other hosts.
 */
function returnAddress(url) {
    return /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(url) ? url : '/';
}
