"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.validityUnknown = validityUnknown;
exports.toException = toException;
const index_js_1 = require("../policy/index.js");
const problem_exception_js_1 = require("./problem.exception.js");
/** Nothing can be said of the token now; saying 401 would make clients throw a good one away. */
function validityUnknown(cause) {
    return toException((0, index_js_1.validityUnknown)(cause));
}
/** A refusal as an exception of Nest, with the same problem details and headers. */
function toException({ problem, headers, cause }) {
    return new problem_exception_js_1.ProblemException(problem, headers, { cause });
}
