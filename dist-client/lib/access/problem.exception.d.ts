import { HttpException } from '@nestjs/common';
import type { Problem } from '../policy/index.js';
export type { Problem };
/** An HTTP error that knows its problem details and the headers that belong to it. */
export declare class ProblemException extends HttpException {
    readonly problem: Problem;
    readonly headers: Readonly<Record<string, string>>;
    constructor(problem: Problem, headers?: Readonly<Record<string, string>>, options?: ErrorOptions);
}
