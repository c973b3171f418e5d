import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** What browsers of other origins may call, and how. Administration isn't among it. */
const METHODS: readonly (readonly [path: RegExp, methods: string])[] = [
  [/^\/(token|revoke)$/, 'POST'],
  [/^\/userinfo$/, 'GET'],
  [/^\/\.well-known\/[^/]+$/, 'GET'],
];

/** The headers that a request may carry: a bearer token, client credentials, the type of a form, and Swagger UI's own. */
const REQUEST_HEADERS = 'Authorization, Content-Type, X-Requested-With';

/** What a script may read of an answer, beside its body. */
const ANSWER_HEADERS = 'WWW-Authenticate, Retry-After, X-Request-Id';

/** For so long a browser needn't ask again. Seconds. */
const MAX_AGE = 600;

/**
 * Lets browsers of the given origins call the OAuth endpoints, such as the Swagger UI of a connected application (Fetch
 * standard §3.3). Without cookies and other credentials of the browser's own: these endpoints look at none.
 *
 * @param origins as a browser sends them; none: nothing is answered that wouldn't be otherwise
 */
export function allowOrigins(fastify: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const allowed = new Set(origins);
  fastify.addHook('onRequest', (request, reply, done) => {
    const methods = methodsAt(request);
    if (methods === undefined) {
      done();
      return;
    }
    // Also where the origin is refused, or a cache would give one origin the answer to another.
    void reply.header('Vary', 'Origin');
    const { origin } = request.headers;
    if (origin === undefined || !allowed.has(origin)) {
      done();
      return;
    }
    void reply.header('Access-Control-Allow-Origin', origin);
    if (isPreflight(request)) answerPreflight(reply, methods);
    else {
      void reply.header('Access-Control-Expose-Headers', ANSWER_HEADERS);
      done();
    }
  });
}

function methodsAt({ url }: FastifyRequest): string | undefined {
  const path = url.split('?', 1)[0]!.replace(/(?<=.)\/$/, '');
  return METHODS.find(([pattern]) => pattern.test(path))?.[1];
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

function answerPreflight(reply: FastifyReply, methods: string): void {
  void reply
    .status(204)
    .headers({
      'Access-Control-Allow-Methods': methods,
      'Access-Control-Allow-Headers': REQUEST_HEADERS,
      'Access-Control-Max-Age': String(MAX_AGE),
    })
    .send();
}
