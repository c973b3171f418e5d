"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.SignatureVerifier = void 0;
const node_crypto_1 = require("node:crypto");
const index_js_1 = require("../validity/index.js");
/** What holding one takes beside its token. Bytes. */
const ENTRY_BYTES = 400;
const CAPACITY = 8 * 1024 * 1024;
/**
 * Verifies tokens as far as that can be done here: header, signature, issuer, audience, times (RFC 9068 §4, RFC 8725).
 * That says who made a token, and never that it is alive. Signatures that were verified are remembered, since a token may
 * have to be introspected anew many times.
 */
class SignatureVerifier {
    /** @param news whether the keys that are held are those of now */
    constructor(keys, expected, news) {
        this.keys = keys;
        this.expected = expected;
        this.news = news;
        this.verified = new index_js_1.ByteCache(CAPACITY);
    }
    /** @throws InvalidTokenError, ValidityUnknownError */
    async verify(token) {
        const known = this.verified.get(token);
        if (known && this.keys.find(known.claims.kid) === known.key)
            return requireUnexpired(known.claims);
        this.verified.delete(token);
        const key = await this.keyOf(token);
        const claims = this.claimsOf(token, key);
        this.verified.set(token, { key, claims }, token.length + ENTRY_BYTES);
        return claims;
    }
    async keyOf(token) {
        try {
            return (0, index_js_1.checkHeader)(token, this.keys);
        }
        catch (error) {
            if (!(error instanceof index_js_1.InvalidTokenError && error.reason === 'key'))
                throw error;
        }
        const searched = await this.keys.search().catch((cause) => {
            throw new index_js_1.ValidityUnknownError({ cause });
        });
        // A kid that isn't known is invalid only where the keys are known to be those of now.
        if (!searched && !this.news.isFresh)
            throw new index_js_1.ValidityUnknownError();
        return (0, index_js_1.checkHeader)(token, this.keys);
    }
    claimsOf(token, { kid, publicKey }) {
        const [header, payload, signature] = token.split('.');
        const holds = (0, node_crypto_1.verify)('sha256', Buffer.from(`${header}.${payload}`), 
        // ECDSA signatures in JWS are the two numbers side by side (RFC 7518 §3.4), not DER.
        { key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
        if (!holds)
            throw new index_js_1.InvalidTokenError('signature');
        const { iss, aud, exp, iat, nbf, jti, sub } = parse(payload);
        const isForUs = [aud].flat().includes(this.expected.audience);
        if (iss !== this.expected.issuer || !isForUs)
            throw new index_js_1.InvalidTokenError('claims');
        if (typeof exp !== 'number' || typeof iat !== 'number' || typeof jti !== 'string' || typeof sub !== 'string') {
            throw new index_js_1.InvalidTokenError('claims');
        }
        if (nbf !== undefined && !(typeof nbf === 'number' && nbf * 1_000 <= Date.now())) {
            throw new index_js_1.InvalidTokenError('claims');
        }
        return requireUnexpired({ kid, jti, sub, exp });
    }
}
exports.SignatureVerifier = SignatureVerifier;
function requireUnexpired(claims) {
    if (Date.now() >= claims.exp * 1_000)
        throw new index_js_1.InvalidTokenError('expired');
    return claims;
}
function parse(payload) {
    try {
        const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
        if (typeof claims === 'object' && claims !== null)
            return claims;
    }
    catch {
        // Said below.
    }
    throw new index_js_1.InvalidTokenError('claims');
}
