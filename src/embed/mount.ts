import type { IncomingMessage, ServerResponse } from 'node:http';

/** What answers a request: the router of a Fastify that isn't listening itself. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** RFC 8414 §3.1: the metadata of an issuer with a path stand at the root, with the path behind. */
const METADATA = '/.well-known/oauth-authorization-server';

/**
 * The place in the application's server where the service is: all below a path, and the one address at the root where
 * the metadata of an issuer with a path are looked for. It takes requests before the application has read anything of
 * them, and counts those under way.
 */
export class Mount {
  private readonly underWay = new Set<ServerResponse>();
  private answer: Answer | undefined;
  private ending = false;

  /** @param path begins with `/`, and doesn't end with one */
  constructor(readonly path: string) {}

  /** From now on requests are answered by this. */
  open(answer: Answer): void {
    this.answer = answer;
  }

  /** Whether a request is for the service; if so, it has been handed over, and nobody else may touch it. */
  take(request: IncomingMessage, response: ServerResponse): boolean {
    const address = this.addressWithin(request.url ?? '/');
    if (address === undefined) return false;
    // What the application's server has set for answers of its own, such as `X-Powered-By`.
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    if (!this.answer || this.ending) {
      refuse(response);
      return true;
    }
    this.underWay.add(response);
    response.once('close', () => this.underWay.delete(response));
    request.url = address;
    this.answer(request, response);
    return true;
  }

  /**
   * Takes no more requests, and ends the streams of events, which would never end by themselves. Answers under way go on,
   * and their connections end with them: the application's server waits for them.
   */
  end(): void {
    this.ending = true;
    for (const response of this.underWay) {
      if (!response.headersSent) closeConnection(response);
      else if (isEventStream(response)) response.end();
    }
  }

  /** The address as the service knows it; undefined for one that is the application's. */
  private addressWithin(url: string): string | undefined {
    const query = url.indexOf('?');
    const path = query < 0 ? url : url.slice(0, query);
    const search = query < 0 ? '' : url.slice(query);
    if (path === this.path) return `/${search}`;
    if (path.startsWith(`${this.path}/`)) return path.slice(this.path.length) + search;
    if (path === METADATA + this.path) return METADATA + search;
    return undefined;
  }
}

function isEventStream(response: ServerResponse): boolean {
  return String(response.getHeader('content-type')).startsWith('text/event-stream');
}

/** HTTP/2 has no such header. */
function closeConnection(response: ServerResponse): void {
  if (response.req.httpVersionMajor === 1) response.setHeader('Connection', 'close');
}

function refuse(response: ServerResponse): void {
  const problem = {
    type: 'about:blank',
    title: 'Service Unavailable',
    status: 503,
    detail: 'The service is stopping.',
  };
  closeConnection(response);
  response
    .writeHead(503, { 'Content-Type': 'application/problem+json', 'Retry-After': '1' })
    .end(JSON.stringify(problem));
}
