"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.GatehouseOptionsError = void 0;
exports.readOptions = readOptions;
exports.listPermissions = listPermissions;
const index_js_1 = require("../policy/index.js");
const when_unreachable_js_1 = require("./when-unreachable.js");
/** An option is missing or wrong. */
class GatehouseOptionsError extends TypeError {
    /** @param problems one sentence each, which names the option */
    constructor(problems) {
        super(problems.join('\n'));
        this.problems = problems;
        this.name = 'GatehouseOptionsError';
    }
}
exports.GatehouseOptionsError = GatehouseOptionsError;
const CACHE_BYTES = 64 * 1024 * 1024;
const LEAST_CACHE_BYTES = 64 * 1024;
/** @throws GatehouseOptionsError with all problems at once */
function readOptions(options) {
    const { issuer, audience, clientId, clientSecret, whenUnreachable = 'introspect', loginUrl } = options;
    const { cacheBytes = CACHE_BYTES, permissions = [], serviceAudience = issuer } = options;
    const problems = [];
    const check = (holds, problem) => void (holds || problems.push(problem));
    check(isIssuer(issuer), 'issuer must be the http(s) address of the service, without query, fragment or a "/" at its end.');
    check(isText(audience), 'audience must be this application’s own audience, as it is registered at the service.');
    check(isText(clientId), 'clientId must be the id of the client that is registered for this application.');
    check(isText(clientSecret), 'clientSecret must be the secret of that client.');
    check(options.serviceAudience === undefined || isText(serviceAudience), 'serviceAudience must be the TOKEN_AUDIENCE of the service.');
    const mode = (0, when_unreachable_js_1.parseWhenUnreachable)(whenUnreachable);
    check(mode !== undefined, 'whenUnreachable must be "introspect", "refuse", or "accept-for:" and a duration of up to a day, as in "accept-for:5m".');
    check(loginUrl === undefined || isAddress(loginUrl), 'loginUrl must be a path of this application ("/login"), or a whole http(s) address.');
    check(Number.isSafeInteger(cacheBytes) && cacheBytes >= LEAST_CACHE_BYTES, `cacheBytes must be a whole number of bytes, at least ${LEAST_CACHE_BYTES}.`);
    const listed = Array.isArray(permissions) ? listPermissions(permissions) : [undefined];
    check(listed.every((one) => isPermission(one)), 'permissions must be a list of what definePermissions() made.');
    if (problems.length > 0)
        throw new GatehouseOptionsError(problems);
    return {
        issuer,
        audience,
        clientId,
        clientSecret,
        serviceAudience,
        permissions: listed,
        whenUnreachable: mode,
        loginUrl,
        cacheBytes,
        logger: options.logger ?? globalThis.console,
        fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    };
}
/** The single permissions of a list of areas and permissions, each once. */
function listPermissions(permissions) {
    const all = permissions.flatMap((one) => (isPermission(one) ? [one] : Object.values(one)));
    return [...new Map(all.map((one) => [one.name, one])).values()];
}
function isPermission(value) {
    const { type, name } = (value ?? {});
    return type === 'permission' && typeof name === 'string' && (0, index_js_1.isPermissionName)(name);
}
function isText(value) {
    return typeof value === 'string' && value.trim() !== '';
}
function isIssuer(value) {
    if (typeof value !== 'string' || !URL.canParse(value) || /[?#]|\/$/.test(value))
        return false;
    return isHttp(value);
}
function isAddress(value) {
    if (typeof value !== 'string')
        return false;
    if (value.startsWith('/'))
        return !/^\/[/\\]/.test(value);
    return URL.canParse(value) && isHttp(value);
}
function isHttp(address) {
    return /^https?:$/.test(new URL(address).protocol);
}
