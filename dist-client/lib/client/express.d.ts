import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Admission, Rule } from './admission.js';
/** A middleware of Express 4 and 5, Connect, Polka, and whatever else takes these. */
export type Middleware = (request: IncomingMessage & {
    params?: unknown;
}, response: ServerResponse, next: (error?: unknown) => void) => void;
/** Guards what comes after it: sets `request.user`, or answers 400, 401, 403 or 503 itself. */
export declare function expressMiddleware(admission: Admission, rule: Rule): Middleware;
