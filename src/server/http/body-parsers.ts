import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { ProblemException } from '../../access/index.js';
import { Form } from './form.js';
import { FORM_LIMIT } from './limits.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The handler gets the body of JSON as it comes, without a limit, and reads it itself. */
    streamsBody?: boolean;
  }
}

/**
 * Stands in for JSON where the handler reads it itself: Fastify chooses a parser by the media type alone. Nobody can send
 * it, since nobody knows it.
 */
const STREAMED_JSON = `application/x-${randomUUID()}`;

/** What walks over a body does so by recursion, and would run out of stack. */
const DEEPEST_JSON = 32;

/** JSON and forms, and nothing else: other media types are 415. */
export function parseBodies(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') {
      // Many clients name the type also of a body that they don't send. Whoever needs one says so.
      done(null, undefined);
    } else if (isTooDeep(body as string)) {
      const detail = `The body nests deeper than ${DEEPEST_JSON} levels.`;
      done(new ProblemException({ title: 'Bad Request', status: 400, detail }));
    } else {
      void parseJson(request, body as string, done);
    }
  });
  fastify.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer', bodyLimit: FORM_LIMIT },
    (_request, body, done) => {
      try {
        done(null, new Form(utf8(body as Buffer)));
      } catch {
        const detail =
          'The form holds bytes or an escape that are not UTF-8. Encode it as application/x-www-form-urlencoded.';
        done(new ProblemException({ title: 'Bad Request', status: 400, detail }));
      }
    },
  );
}

/** Hands the body to the routes that read it themselves: after the guards, so that nobody sends for nothing. */
export function streamBodies(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ routeOptions, raw }, _reply, done) => {
    const isJson = /^application\/json *(;|$)/i.test(raw.headers['content-type'] ?? '');
    if (routeOptions.config.streamsBody && isJson) raw.headers['content-type'] = STREAMED_JSON;
    done();
  });
  fastify.addContentTypeParser(STREAMED_JSON, (_request, body, done) => done(null, body));
}

/**
 * Refuses bytes that aren't UTF-8, where replacing them would make one password of many.
 *
 * @throws URIError, as an escape in it that isn't would
 */
function utf8(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new URIError('not UTF-8');
  return bytes.toString('utf8');
}

/** Counts brackets, also those within strings: no body that is meant seriously has so many of either. */
function isTooDeep(json: string): boolean {
  let depth = 0;
  for (const [bracket] of json.matchAll(/[[{}\]]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    if (depth > DEEPEST_JSON) return true;
  }
  return false;
}
