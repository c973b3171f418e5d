"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.ServiceError = void 0;
exports.errorOf = errorOf;
exports.reasonOf = reasonOf;
const promises_1 = require("node:timers/promises");
/** For which the reason of a refusal is waited for. Milliseconds. */
const PATIENCE = 1_000;
/** The service answered something else than what was asked for, or nothing. */
class ServiceError extends Error {
    /**
     * @param status of the answer; 0 when there was none
     * @param message a sentence, with what the service said of it
     */
    constructor(status, message, options) {
        super(message, options);
        this.status = status;
        this.name = 'ServiceError';
    }
}
exports.ServiceError = ServiceError;
/** What an answer says of itself: `detail` (RFC 9457), or `error_description` and `error` (RFC 6749 §5.2). */
async function errorOf(response) {
    const text = await Promise.race([response.text().catch(() => ''), (0, promises_1.setTimeout)(PATIENCE, '', { ref: false })]);
    const { detail, error_description: description, error } = membersOf(text);
    const said = [detail, description, error].find((one) => typeof one === 'string') ?? '';
    return new ServiceError(response.status, `${response.status}${said ? `: ${said}` : ''}`);
}
/** What went wrong with a request, with the cause that `fetch` hides. */
function reasonOf(error) {
    if (!(error instanceof Error))
        return String(error);
    const cause = error.cause instanceof Error ? error.cause.message || error.cause.code : '';
    return cause ? `${error.message}: ${cause}` : error.message;
}
function membersOf(text) {
    try {
        return (JSON.parse(text) ?? {});
    }
    catch {
        return {};
    }
}
