import { type Refusal } from '../policy/index.js';
/** An answer that is given instead of the route's. */
export interface HttpAnswer {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    /** JSON, or empty. */
    readonly body: string;
}
/**
 * What an error of verifying or deciding means for the caller; undefined for an error that isn't one. By name and not by
 * class, since two copies of this package may be loaded.
 */
export declare function toRefusal(error: unknown): Refusal | undefined;
/** A refusal as problem details (RFC 9457), never to be kept by anybody in between. */
export declare function problemAnswer({ problem, headers }: Refusal): HttpAnswer;
/** Sends a browser elsewhere. The same address answers programs otherwise. */
export declare function redirectAnswer(location: string): HttpAnswer;
