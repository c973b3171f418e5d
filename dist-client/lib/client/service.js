"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Service = void 0;
exports.metadataAddresses = metadataAddresses;
const service_error_js_1 = require("./service-error.js");
/** After which a question is given up. Milliseconds. */
const PATIENCE = 5_000;
/** The service over HTTP: finds its endpoints, and asks them with the credentials of the client. */
class Service {
    constructor(settings) {
        this.settings = settings;
        this.basic = `Basic ${Buffer.from(`${formEncoded(settings.clientId)}:${formEncoded(settings.clientSecret)}`).toString('base64')}`;
    }
    /**
     * The endpoints that the service's metadata names. Asked for once; a failure isn't kept.
     *
     * @throws ServiceError
     */
    endpoints() {
        this.found ??= this.discover().catch((error) => {
            this.found = undefined;
            throw error;
        });
        return this.found;
    }
    /** An address below the issuer. */
    at(path) {
        return this.settings.issuer + path;
    }
    /**
     * Asks, and reads the answer as JSON.
     *
     * @throws ServiceError for any other answer than a success, and for none
     */
    async json(address, init = {}, patience = PATIENCE) {
        const giveUp = new AbortController();
        let timer;
        // Beside the signal, which Node may forget once the head of the answer is there.
        const late = new Promise((_, reject) => {
            timer = setTimeout(() => {
                reject(new Error(`none within ${patience} ms`));
                giveUp.abort();
            }, patience);
        });
        try {
            return await Promise.race([this.read(address, { ...init, signal: giveUp.signal }), late]);
        }
        catch (error) {
            throw error instanceof service_error_js_1.ServiceError ? error : new service_error_js_1.ServiceError(0, `no answer from ${address}`, { cause: error });
        }
        finally {
            clearTimeout(timer);
        }
    }
    /** Posts a form as the client: `client_secret_basic` (RFC 6749 §2.3.1). Throws as {@link json} does. */
    form(address, fields, { headers = {}, patience = PATIENCE } = {}) {
        const init = {
            method: 'POST',
            body: new URLSearchParams(fields),
            headers: { ...headers, authorization: this.basic },
        };
        return this.json(address, init, patience);
    }
    /** A redirect is never followed: the credentials are for the service alone. */
    send(address, init) {
        return this.settings.fetch(address, { ...init, redirect: 'error' });
    }
    async read(address, init) {
        const response = await this.send(address, init);
        if (!response.ok)
            throw await (0, service_error_js_1.errorOf)(response);
        const text = await response.text();
        return (text === '' ? {} : JSON.parse(text));
    }
    async discover() {
        const { issuer } = this.settings;
        const [first, ...others] = metadataAddresses(issuer);
        const metadata = await others.reduce((found, address) => found.catch((error) => {
            // Only a server that has nothing there is asked elsewhere.
            if (error instanceof service_error_js_1.ServiceError && error.status === 404)
                return this.json(address);
            throw error;
        }), this.json(first));
        // RFC 8414 §3.3: metadata that names another issuer must not be used.
        if (metadata['issuer'] !== issuer) {
            throw new service_error_js_1.ServiceError(0, `the metadata of ${issuer} names another issuer, ${JSON.stringify(metadata['issuer'])}; the option issuer must be the same as PUBLIC_URL of the service`);
        }
        const endpoint = (name) => {
            const address = metadata[name];
            if (typeof address === 'string' && URL.canParse(address))
                return address;
            throw new service_error_js_1.ServiceError(0, `the metadata of ${issuer} lacks ${name}`);
        };
        return {
            token: endpoint('token_endpoint'),
            introspection: endpoint('introspection_endpoint'),
            jwks: endpoint('jwks_uri'),
        };
    }
}
exports.Service = Service;
/**
 * Where the metadata of an issuer is: the well-known part stands before its path (RFC 8414 §3.1). A service that is
 * mounted under a path can't answer there, so it is asked for behind the path too.
 */
function metadataAddresses(issuer) {
    const { origin, pathname } = new URL(issuer);
    const path = pathname === '/' ? '' : pathname;
    const wellKnown = '/.well-known/oauth-authorization-server';
    return path === '' ? [origin + wellKnown] : [origin + wellKnown + path, origin + path + wellKnown];
}
/** RFC 6749 §2.3.1 has id and secret form-encoded before they become Basic. */
function formEncoded(text) {
    return new URLSearchParams({ text }).toString().slice('text='.length);
}
