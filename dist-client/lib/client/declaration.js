"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Declaration = exports.DeclarationError = void 0;
const promises_1 = require("node:timers/promises");
const backoff_js_1 = require("./backoff.js");
const service_error_js_1 = require("./service-error.js");
/** What a token needs to declare. */
const SCOPE = 'permissions:declare';
/** The service doesn't take the application's permissions: a name is outside its prefixes, or another's. */
class DeclarationError extends Error {
    constructor() {
        super(...arguments);
        this.name = 'DeclarationError';
    }
}
exports.DeclarationError = DeclarationError;
/**
 * Declares the application's permissions at the service, so that administrators can put them into roles. Tried again
 * until it succeeds; the application serves meanwhile, and its new permissions are nobody's.
 */
class Declaration {
    constructor(service, tokens, faults) {
        this.service = service;
        this.tokens = tokens;
        this.faults = faults;
        this.closing = new AbortController();
        this.done = false;
    }
    /** Whether the service has taken them. */
    get isDone() {
        return this.done;
    }
    /**
     * Declares them; goes on trying behind the caller's back when the service can't be reached.
     *
     * @returns when the first attempt is over
     * @throws DeclarationError when the service refused them: trying again would change nothing
     */
    async declare(permissions) {
        try {
            await this.attempt(permissions);
        }
        catch (error) {
            if (error instanceof DeclarationError)
                throw error;
            this.declaring ??= this.goOn(permissions);
        }
    }
    async close() {
        this.closing.abort();
        await this.declaring;
    }
    async goOn(permissions) {
        const { signal } = this.closing;
        for (let failures = 1; !this.done && !signal.aborted; failures++) {
            await (0, promises_1.setTimeout)((0, backoff_js_1.pauseAfter)(failures), undefined, { signal }).catch(() => { });
            if (signal.aborted)
                return;
            try {
                await this.attempt(permissions);
            }
            catch (error) {
                if (error instanceof DeclarationError)
                    return;
            }
        }
    }
    async attempt(permissions) {
        // What is wrong with that is said there, and may be put right while this goes on trying.
        const token = await this.tokens.get({ scope: SCOPE, resource: this.service.settings.serviceAudience });
        try {
            await this.service.json(this.service.at('/permissions/declared'), {
                method: 'PUT',
                headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
                body: JSON.stringify({ permissions: permissions.map(({ name, description }) => ({ name, description })) }),
            });
            this.done = true;
            this.faults.over('declaration', 'The application’s permissions are declared.');
        }
        catch (error) {
            const status = error instanceof service_error_js_1.ServiceError ? error.status : 0;
            if (status === 401)
                this.tokens.forget();
            const sentence = `The service at ${this.service.settings.issuer} doesn’t take the permissions of this application (${(0, service_error_js_1.reasonOf)(error)}).`;
            this.faults.report('declaration', sentence);
            throw status === 409 || status === 422 || status === 400
                ? new DeclarationError(sentence, { cause: error })
                : error;
        }
    }
}
exports.Declaration = Declaration;
