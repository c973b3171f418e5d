import type { Admission, GuardedRequest, Rule } from './admission.js';
import { requireRule } from './admission.js';
import type { HttpAnswer } from './http-answer.js';

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
export function fastifyHook(admission: Admission, rule: Rule): FastifyHook {
  requireRule(rule);
  return (incoming, reply, done) => {
    const request = incoming as unknown as GuardedRequest;
    const refuse = (error: unknown): void => {
      try {
        answer(reply, admission.answerTo(error, request));
      } catch (other) {
        done(other as Error);
      }
    };
    let waiting: Promise<undefined> | undefined;
    try {
      waiting = admission.admit(request, rule);
    } catch (error) {
      refuse(error);
      return;
    }
    const pass = (): void => done();
    if (waiting) waiting.then(pass, refuse);
    else done();
  };
}

/** Gives all requests their place for `user` at once, so that all have one shape, which is faster. */
export const fastifyPlugin: FastifyPlugin = Object.assign(
  (instance: FastifyInstanceLike, _options: unknown, done: (error?: Error) => void): void => {
    if (!instance.hasRequestDecorator('user')) instance.decorateRequest('user', null);
    done();
  },
  // For the whole application and not only for the plugin itself, as the package fastify-plugin says it.
  { [Symbol.for('skip-override')]: true, [Symbol.for('fastify.display-name')]: 'gatehouse' },
);

function answer(reply: FastifyReplyLike, { status, headers, body }: HttpAnswer): void {
  reply.code(status);
  for (const [name, value] of Object.entries(headers)) reply.header(name, value);
  // As bytes, since Fastify adds a charset to a text, which JSON has not (RFC 8259 §11).
  reply.send(Buffer.from(body));
}
