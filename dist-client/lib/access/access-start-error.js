"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.AccessStartError = void 0;
/** The application's declarations of who may do what don't fit together; it must not start. */
class AccessStartError extends Error {
    /** @param problems one sentence each, naming the route or the permission, and what to do */
    constructor(problems) {
        super(problems.join('\n'));
        this.problems = problems;
        this.name = 'AccessStartError';
    }
}
exports.AccessStartError = AccessStartError;
