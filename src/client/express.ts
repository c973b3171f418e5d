import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Admission, GuardedRequest, Rule } from './admission.js';
import { requireRule } from './admission.js';
import type { HttpAnswer } from './http-answer.js';

/**
 * A middleware of Express 4 and 5, Connect, Polka, and whatever else takes these. It says nothing of `params`: Express
 * would take their type from here, and the route's own `request.params.id` would be unknown.
 */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/** Guards what comes after it: sets `request.user`, or answers 400, 401, 403 or 503 itself. */
export function expressMiddleware(admission: Admission, rule: Rule): Middleware {
  requireRule(rule);
  return (incoming, response, next) => {
    const request = incoming as unknown as GuardedRequest;
    const refuse = (error: unknown): void => {
      try {
        answer(response, admission.answerTo(error, request));
      } catch (other) {
        next(other);
      }
    };
    let waiting: Promise<undefined> | undefined;
    try {
      waiting = admission.admit(request, rule);
    } catch (error) {
      refuse(error);
      return;
    }
    // Not within the try: what the route throws isn't ours.
    const pass = (): void => next();
    if (waiting) waiting.then(pass, refuse);
    else next();
  };
}

function answer(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
}
