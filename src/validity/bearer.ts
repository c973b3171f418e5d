import { requestMalformed } from '../policy/index.js';

/** The parts of a request that can carry a token, the same in Fastify and Express. */
export interface TokenCarrier {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The address as it came. Where it has no query, `query` isn't looked at: Express parses that anew at each look. */
  readonly url?: string;
  readonly query?: unknown;
  readonly body?: unknown;
}

/** What follows the scheme, which is case-insensitive (RFC 9110 §11.1); spaces as RFC 6750 §2.1 has them. */
const BEARER = /^bearer +/i;
const USUAL = 'Bearer ';
const SPACE = 32;

/**
 * The bearer token of a request, or undefined when it has none (RFC 6750 §2.1).
 *
 * @throws Refusal 400 `invalid_request` for a token in the query, which we refuse as RFC 6750 §2.3 advises since
 *         addresses are logged, and for a token in two places (§2)
 */
export function bearerToken(request: TokenCarrier): string | undefined {
  const { headers, url } = request;
  if ((url === undefined || url.includes('?')) && has(request.query, 'access_token')) {
    throw requestMalformed(
      'A token in the query is refused, since addresses end up in logs. Send it in the Authorization header.',
    );
  }
  const authorization = headers['authorization'];
  if (typeof authorization !== 'string') return undefined;
  const token = credentialsOf(authorization);
  if (token !== undefined && isForm(headers['content-type']) && has(request.body, 'access_token')) {
    throw requestMalformed(
      'The request carries a token in the Authorization header and in the body; send only the header.',
    );
  }
  return token;
}

/** The usual spelling needs no regular expression. */
function credentialsOf(authorization: string): string | undefined {
  if (authorization.startsWith(USUAL) && authorization.charCodeAt(USUAL.length) !== SPACE) {
    return authorization.slice(USUAL.length);
  }
  return BEARER.test(authorization) ? authorization.replace(BEARER, '') : undefined;
}

function isForm(type: string | string[] | undefined): boolean {
  return type !== undefined && /^application\/x-www-form-urlencoded/i.test(String(type));
}

function has(container: unknown, name: string): boolean {
  if (typeof container !== 'object' || container === null) return false;
  if ('has' in container && typeof container.has === 'function') return container.has(name) === true;
  return name in container;
}
