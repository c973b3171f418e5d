import { ProblemException } from './problem.exception.js';

/** The parts of a request that can carry a token, the same in Fastify and Express. */
export interface TokenCarrier {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly query?: unknown;
  readonly body?: unknown;
}

/** What follows the scheme, which is case-insensitive (RFC 9110 §11.1); spaces as RFC 6750 §2.1 has them. */
const BEARER = /^bearer +/i;

/**
 * The bearer token of a request, or undefined when it has none (RFC 6750 §2.1).
 *
 * @throws ProblemException 400 `invalid_request` for a token in the query, which we refuse as RFC 6750 §2.3 advises
 *         since addresses are logged, and for a token in two places (§2)
 */
export function bearerToken({ headers, query, body }: TokenCarrier): string | undefined {
  if (has(query, 'access_token')) {
    throw malformed(
      'A token in the query is refused, since addresses end up in logs. Send it in the Authorization header.',
    );
  }
  const authorization = headers['authorization'];
  if (typeof authorization !== 'string' || !BEARER.test(authorization)) return undefined;
  if (isForm(headers) && has(body, 'access_token')) {
    throw malformed('The request carries a token in the Authorization header and in the body; send only the header.');
  }
  return authorization.replace(BEARER, '');
}

function isForm(headers: TokenCarrier['headers']): boolean {
  return /^application\/x-www-form-urlencoded/i.test(String(headers['content-type'] ?? ''));
}

function has(container: unknown, name: string): boolean {
  if (typeof container !== 'object' || container === null) return false;
  if ('has' in container && typeof container.has === 'function') return container.has(name) === true;
  return name in container;
}

function malformed(detail: string): ProblemException {
  return new ProblemException(
    { title: 'Bad Request', status: 400, detail },
    { 'WWW-Authenticate': 'Bearer error="invalid_request"' },
  );
}
