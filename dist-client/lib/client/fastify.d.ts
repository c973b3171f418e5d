import type { Admission, Rule } from './admission.js';
/** What is needed of Fastify's reply. */
export interface FastifyReplyLike {
    code(status: number): unknown;
    header(name: string, value: string): unknown;
    send(body: Buffer): unknown;
}
/** What is needed of Fastify's request. */
export interface FastifyRequestLike {
    readonly method: string;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}
/** A hook of Fastify 4 and 5, for `onRequest` or `preHandler`. With a callback, as Fastify runs those without a promise. */
export type FastifyHook = (request: FastifyRequestLike, reply: FastifyReplyLike, done: (error?: Error) => void) => void;
/** What is needed of Fastify's instance. */
export interface FastifyInstanceLike {
    decorateRequest(name: string, value: null): unknown;
    hasRequestDecorator(name: string): boolean;
}
/** A plugin of Fastify 4 and 5. */
export type FastifyPlugin = (instance: FastifyInstanceLike, options: unknown, done: (error?: Error) => void) => void;
/** Guards a route: sets `request.user`, or answers 400, 401, 403 or 503 itself. */
export declare function fastifyHook(admission: Admission, rule: Rule): FastifyHook;
/** Gives all requests their place for `user` at once, so that all have one shape, which is faster. */
export declare const fastifyPlugin: FastifyPlugin;
