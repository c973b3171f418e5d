"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.LONGEST_TOKEN = void 0;
exports.checkHeader = checkHeader;
exports.keyIdOf = keyIdOf;
const token_error_js_1 = require("./token-error.js");
/** Longer than any token of ours (they stay under 4 KB), shorter than what costs time to look at. */
exports.LONGEST_TOKEN = 8_192;
/**
 * Chooses the key for a token by its JOSE header, before anything is verified: known `kid`, the key's own algorithm,
 * the type of an access token, nothing critical. No key is ever taken from the header (RFC 8725 §3.1, §3.10, §3.11;
 * RFC 9068 §4).
 *
 * @throws InvalidTokenError
 */
function checkHeader(token, keys) {
    const { alg, typ, kid, crit } = readHeader(token);
    if (crit !== undefined)
        throw new token_error_js_1.InvalidTokenError('critical');
    if (typeof typ !== 'string' || !/^(application\/)?at\+jwt$/i.test(typ))
        throw new token_error_js_1.InvalidTokenError('type');
    const key = typeof kid === 'string' ? keys.find(kid) : undefined;
    if (!key)
        throw new token_error_js_1.InvalidTokenError('key');
    if (alg !== key.algorithm)
        throw new token_error_js_1.InvalidTokenError('algorithm');
    return key;
}
/** The `kid` of a token whose header has been checked. */
function keyIdOf(token) {
    return readHeader(token)['kid'];
}
function readHeader(token) {
    const end = token.indexOf('.');
    if (token.length > exports.LONGEST_TOKEN || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token))
        throw new token_error_js_1.InvalidTokenError('malformed');
    // The last character has bits that no decoder reads: one token must not have many spellings.
    const signature = token.slice(token.lastIndexOf('.') + 1);
    if (Buffer.from(signature, 'base64url').toString('base64url') !== signature)
        throw new token_error_js_1.InvalidTokenError('malformed');
    try {
        const header = JSON.parse(Buffer.from(token.slice(0, end), 'base64url').toString('utf8'));
        if (typeof header === 'object' && header !== null && !Array.isArray(header))
            return header;
    }
    catch {
        // Said below, as for everything else that isn't a header.
    }
    throw new token_error_js_1.InvalidTokenError('malformed');
}
