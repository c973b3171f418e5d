/** The parameter that names where a browser came from. */
const RETURN_PARAMETER = 'return_to';

/** What is read of a request, the same in Express and Fastify. */
interface Navigation {
  readonly method?: string;
  readonly url?: string;
  /** The address before a router took its own prefix away. */
  readonly originalUrl?: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * Where a browser that opens a page without a token is sent: the login address, with a way back. Undefined for everything
 * that isn't somebody opening a page: programs want their 401.
 */
export function loginAddress(loginUrl: string, request: Navigation): string | undefined {
  const { method, headers } = request;
  const mode = headers['sec-fetch-mode'];
  if (method !== 'GET' || !String(headers['accept'] ?? '').includes('text/html')) return undefined;
  if ((mode !== undefined && mode !== 'navigate') || headers['x-requested-with'] !== undefined) return undefined;
  const back = returnAddress(request.originalUrl ?? request.url ?? '/');
  return `${loginUrl}${loginUrl.includes('?') ? '&' : '?'}${RETURN_PARAMETER}=${encodeURIComponent(back)}`;
}

/**
 * The address to come back to: a path of this origin, or `/`. Browsers read `//host`, `/\host`, and both with tabs or line
 * ends in between, as other hosts.
 */
export function returnAddress(url: string): string {
  return /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(url) ? url : '/';
}
