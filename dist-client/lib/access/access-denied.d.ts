import { type Refusal } from '../policy/index.js';
import { ProblemException } from './problem.exception.js';
/** Nothing can be said of the token now; saying 401 would make clients throw a good one away. */
export declare function validityUnknown(cause: unknown): ProblemException;
/** A refusal as an exception of Nest, with the same problem details and headers. */
export declare function toException({ problem, headers, cause }: Refusal): ProblemException;
