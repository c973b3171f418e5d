"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.ProblemException = void 0;
const common_1 = require("@nestjs/common");
/** An HTTP error that knows its problem details and the headers that belong to it. */
class ProblemException extends common_1.HttpException {
    constructor(problem, headers = {}, options) {
        super({ type: 'about:blank', ...problem }, problem.status, options);
        this.problem = problem;
        this.headers = headers;
    }
}
exports.ProblemException = ProblemException;
