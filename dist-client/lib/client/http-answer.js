"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.toRefusal = toRefusal;
exports.problemAnswer = problemAnswer;
exports.redirectAnswer = redirectAnswer;
const index_js_1 = require("../policy/index.js");
/**
 * What an error of verifying or deciding means for the caller; undefined for an error that isn't one. By name and not by
 * class, since two copies of this package may be loaded.
 */
function toRefusal(error) {
    if (!(error instanceof Error))
        return undefined;
    if (error.name === 'Refusal')
        return error;
    if (error.name === 'InvalidTokenError')
        return (0, index_js_1.tokenInvalid)(error);
    return error.name === 'ValidityUnknownError' ? (0, index_js_1.validityUnknown)(error) : undefined;
}
/** A refusal as problem details (RFC 9457), never to be kept by anybody in between. */
function problemAnswer({ problem, headers }) {
    return {
        status: problem.status,
        headers: { ...headers, 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' },
        body: JSON.stringify({ type: 'about:blank', ...problem }),
    };
}
/** Sends a browser elsewhere. The same address answers programs otherwise. */
function redirectAnswer(location) {
    return { status: 302, headers: { Location: location, 'Cache-Control': 'no-store', Vary: 'Accept' }, body: '' };
}
