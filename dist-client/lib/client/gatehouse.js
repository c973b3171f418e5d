"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Gatehouse = void 0;
exports.createGatehouse = createGatehouse;
exports.principalOf = principalOf;
const admission_js_1 = require("./admission.js");
const application_verifier_js_1 = require("./application-verifier.js");
const declaration_js_1 = require("./declaration.js");
const direct_introspection_js_1 = require("./direct-introspection.js");
const event_stream_js_1 = require("./event-stream.js");
const express_js_1 = require("./express.js");
const fastify_js_1 = require("./fastify.js");
const fault_log_js_1 = require("./fault-log.js");
const http_answer_js_1 = require("./http-answer.js");
const introspected_token_source_js_1 = require("./introspected.token-source.js");
const introspection_js_1 = require("./introspection.js");
const lease_watch_js_1 = require("./lease-watch.js");
const login_address_js_1 = require("./login-address.js");
const news_lease_js_1 = require("./news-lease.js");
const options_js_1 = require("./options.js");
const own_tokens_js_1 = require("./own-tokens.js");
const remote_keys_js_1 = require("./remote-keys.js");
const service_js_1 = require("./service.js");
const signed_claims_js_1 = require("./signed-claims.js");
/** {@link Gatehouse.ready} waits so long for the first news. Milliseconds. */
const PATIENCE = 5_000;
/** Guards an application by a service that is elsewhere. Made by `createGatehouse()`. */
class Gatehouse {
    /** @throws GatehouseOptionsError */
    constructor(options) {
        /** For Fastify: `app.register(gatehouse.fastify)`, once, before the routes. */
        this.fastify = fastify_js_1.fastifyPlugin;
        this.lease = new news_lease_js_1.NewsLease();
        const settings = (this.settings = (0, options_js_1.readOptions)(options));
        const faults = new fault_log_js_1.FaultLog(settings.logger);
        const service = new service_js_1.Service(settings);
        const position = () => this.stream.position;
        this.keys = new remote_keys_js_1.RemoteKeys(service);
        const signatures = new signed_claims_js_1.SignatureVerifier(this.keys, settings, this.lease);
        const introspection = new introspection_js_1.Introspection(service, faults);
        this.verifier = this.applications = new application_verifier_js_1.ApplicationVerifier(settings.clientId, new introspected_token_source_js_1.IntrospectedTokenSource(signatures, introspection, position), new direct_introspection_js_1.DirectIntrospection(signatures, introspection, position), this.lease, settings.whenUnreachable, settings.cacheBytes);
        this.own = new own_tokens_js_1.OwnTokens(service, faults);
        this.stream = new event_stream_js_1.EventStream(service, this.own, this.lease, (changes) => this.apply(changes), faults);
        this.declaration = new declaration_js_1.Declaration(service, this.own, faults);
        this.admission = new admission_js_1.Admission(this.verifier, settings.loginUrl);
    }
    /** Begins to hear the news, and declares permissions. Once; `createGatehouse()` does it. */
    start(permissions = this.settings.permissions) {
        if (this.declaring)
            return;
        const { whenUnreachable, logger } = this.settings;
        this.stream.start();
        this.watch = new lease_watch_js_1.LeaseWatch(this.lease, whenUnreachable, logger, () => this.stream.status.lastError);
        // So that the first request doesn't wait for them. Without them it fetches them itself.
        void this.keys.reload().catch(() => { });
        this.declaring = permissions.length > 0 ? this.declaration.declare(permissions) : Promise.resolve();
        // Said in the log; whoever wants to know more awaits ready().
        this.declaring.catch(() => { });
    }
    /**
     * Waits until the application can decide by itself: its permissions are declared, and the news arrive. At most 5 s: an
     * application starts without its service too, and answers 503 until that is there.
     *
     * @throws DeclarationError when the service refuses the application's permissions
     */
    async ready() {
        const deadline = performance.now() + PATIENCE;
        await Promise.race([this.declaring, this.lateBy(deadline)]);
        while (!this.lease.isFresh && performance.now() < deadline)
            await pause(20);
    }
    /**
     * Who makes a request: the principal of its token, or the anonymous one. Answers without a promise where the token is
     * known.
     *
     * @throws Refusal 400, 401 or 503, with the headers and the problem details of the answer
     */
    authenticate(request) {
        try {
            const principal = this.admission.identify(request);
            return 'then' in principal ? principal.catch(asRefusal) : principal;
        }
        catch (error) {
            return asRefusal(error);
        }
    }
    /**
     * Requires that a condition holds for somebody. Answers without a promise unless checks have to run.
     *
     * @param request what checks see; its `params` are parsed for them
     * @throws Refusal 401 for the anonymous principal, 403 for others; 400 for a malformed parameter
     */
    authorize(principal, condition, request = {}) {
        return this.admission.require(principal, condition, request);
    }
    /** A middleware for Express and its like: sets `request.user`, or answers. `'public'` lets everybody pass, known or not. */
    protect(condition) {
        return (0, express_js_1.expressMiddleware)(this.admission, condition);
    }
    /** The same as a hook for Fastify, best as `onRequest`: `app.get('/orders', { onRequest: gatehouse.hook(Orders.read) }, …)`. */
    hook(condition) {
        return (0, fastify_js_1.fastifyHook)(this.admission, condition);
    }
    /** Where a browser without a token is to be sent from this request, if `loginUrl` is set and it opens a page. */
    loginAddress(request) {
        return this.settings.loginUrl === undefined
            ? undefined
            : (0, login_address_js_1.loginAddress)(this.settings.loginUrl, request);
    }
    /**
     * An access token of this application itself, for calls of its own to other applications: kept, and renewed in time.
     *
     * @throws ServiceError
     */
    token(wish) {
        return this.own.get(wish);
    }
    /** The address of the service. */
    get issuer() {
        return this.settings.issuer;
    }
    /** Whom tokens are to be for that are good here. */
    get audience() {
        return this.settings.audience;
    }
    get status() {
        return {
            deciding: this.lease.isFresh ? 'memory' : this.settings.whenUnreachable.name,
            leaseAge: this.lease.age,
            stream: this.stream.status,
            decisions: this.applications.decisions,
            held: this.applications.held,
            declared: this.declaration.isDone,
        };
    }
    /** Ends the stream and all timers. Afterwards everything is decided as without news. */
    async close() {
        this.watch?.stop();
        await Promise.all([this.stream.close(), this.declaration.close()]);
    }
    apply(changes) {
        this.applications.apply(changes);
        if (changes.some(({ kind }) => kind === 'keys' || kind === 'all'))
            void this.keys.reload().catch(() => { });
    }
    lateBy(deadline) {
        return pause(Math.max(0, deadline - performance.now()));
    }
}
exports.Gatehouse = Gatehouse;
/** Guards an application by the Gatehouse service at `issuer`, and begins at once to hear its news. */
function createGatehouse(options) {
    const gatehouse = new Gatehouse(options);
    gatehouse.start();
    return gatehouse;
}
/** The principal that guarded a request; for languages and frameworks whose types don't know `request.user`. */
function principalOf(request) {
    const { user } = request;
    if (!user)
        throw new TypeError('The request has no principal: nothing guards this route.');
    return user;
}
function asRefusal(error) {
    throw (0, http_answer_js_1.toRefusal)(error) ?? error;
}
function pause(milliseconds) {
    return new Promise((resolve) => void setTimeout(resolve, milliseconds).unref());
}
