"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.ApplicationVerifier = void 0;
const index_js_1 = require("../validity/index.js");
/** Verifies tokens by what is held while the news are fresh, and as the mode says while they aren't. */
class ApplicationVerifier {
    /** @param clientId this application's own client, on which hangs what it may be told */
    constructor(clientId, source, direct, lease, mode, cacheBytes) {
        this.clientId = clientId;
        this.source = source;
        this.direct = direct;
        this.lease = lease;
        this.mode = mode;
        this.own = { introspected: 0, accepted: 0, refused: 0, unknown: 0 };
        this.cache = new index_js_1.CachingTokenVerifier(source, lease, cacheBytes);
    }
    get held() {
        return this.cache.held;
    }
    get decisions() {
        const { hit, loaded, refused, unknown } = this.cache.decisions;
        const { introspected, accepted } = this.own;
        return {
            hit,
            loaded,
            refused: refused + this.own.refused,
            unknown: unknown + this.own.unknown,
            introspected,
            accepted,
        };
    }
    verify(token) {
        // There is nothing to wait for where the service can be asked at once.
        if (!this.lease.isFresh && (this.mode.name !== 'refuse' || this.lease.hasLapsed))
            return this.verifyLapsed(token);
        const principal = this.cache.verify(token);
        return 'then' in principal ? principal.catch((error) => this.afterLoad(token, error)) : principal;
    }
    /** Forgets what the news make doubtful. */
    apply(changes) {
        for (const change of changes) {
            this.cache.apply(change);
            // What is in force is in each answer, and what this application is told hangs on its own client.
            if (change.kind === 'rbac' ||
                change.kind === 'all' ||
                (change.kind === 'client' && change.subject === this.clientId)) {
                this.source.forget();
                this.cache.apply({ kind: 'all', subject: '' });
            }
        }
    }
    /** The lease may have lapsed during a load; then it is as if it had been asked for now. */
    afterLoad(token, error) {
        if (error instanceof index_js_1.ValidityUnknownError && !this.lease.isFresh && this.mode.name !== 'refuse') {
            return this.verifyLapsed(token);
        }
        throw error;
    }
    verifyLapsed(token) {
        if (this.mode.name === 'refuse') {
            this.own.unknown++;
            throw new index_js_1.ValidityUnknownError();
        }
        if (this.mode.name === 'accept-for' && this.lease.ranWithin(this.mode.acceptFor)) {
            const known = this.cache.known(token);
            if (known) {
                this.own.accepted++;
                return known;
            }
        }
        try {
            const principal = this.direct.verify(token);
            if ('then' in principal)
                return principal.then(...this.countedBy());
            this.own.introspected++;
            return principal;
        }
        catch (error) {
            throw this.counted(error);
        }
    }
    countedBy() {
        return [
            (principal) => {
                this.own.introspected++;
                return principal;
            },
            (error) => {
                throw this.counted(error);
            },
        ];
    }
    counted(error) {
        this.own[error instanceof index_js_1.InvalidTokenError ? 'refused' : 'unknown']++;
        return error;
    }
}
exports.ApplicationVerifier = ApplicationVerifier;
