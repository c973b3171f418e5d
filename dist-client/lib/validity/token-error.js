"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.ValidityUnknownError = exports.InvalidTokenError = void 0;
/** The token is no good, and won't become so. */
class InvalidTokenError extends Error {
    constructor(reason) {
        super(`invalid token: ${reason}`);
        this.reason = reason;
        this.name = 'InvalidTokenError';
    }
}
exports.InvalidTokenError = InvalidTokenError;
/** Whether the token is good can't be told now: the database is gone, or the news is too old to be trusted. */
class ValidityUnknownError extends Error {
    constructor(options) {
        super('the validity of tokens can’t be told at the moment', options);
        this.name = 'ValidityUnknownError';
    }
}
exports.ValidityUnknownError = ValidityUnknownError;
