import { compileSources, startChild, type Child, type CompiledSources } from './child-process.js';

/** How an application of its own process is connected. */
export interface ClientProcessOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly whenUnreachable?: string;
  /** Other addresses to ask for the paths that begin so. */
  readonly routes?: Readonly<Record<string, string>>;
  /** By which the answers of introspection come late, as from a service that is slow to send them. Milliseconds. */
  readonly slowIntrospection?: number;
}

/** An application in a process of its own: `GET /` needs `shop:orders:read`, `GET /status` says how it stands. */
export interface ClientProcess {
  readonly child: Child;
  readonly url: string;
  status(): Promise<{ deciding: string; stream: { cursor?: string; openings: number } }>;
}

/** Compiles the client for {@link startClientProcess}. */
export function compileClient(): Promise<CompiledSources> {
  return compileSources(['client', 'access', 'validity', 'policy']);
}

/** Starts one; SIGUSR2 sets its wall clock back by an hour. */
export async function startClientProcess(
  sources: CompiledSources,
  options: ClientProcessOptions,
): Promise<ClientProcess> {
  const child = startChild(`
    import { createServer } from 'node:http';
    import { createGatehouse, definePermissions } from '${sources.module('client/index')}';
    const { routes = {}, slowIntrospection = 0, ...options } = ${JSON.stringify(options)};
    process.on('SIGUSR2', () => { const real = Date.now; Date.now = () => real() - 3_600_000; });
    const route = (address) => {
      const { pathname } = new URL(address);
      const to = Object.entries(routes).find(([path]) => pathname.startsWith(path));
      return to ? to[1] + pathname : address;
    };
    const gatehouse = createGatehouse({
      ...options,
      logger: { info() {}, warn() {}, error() {} },
      fetch: async (address, init) => {
        const response = await fetch(route(address), init);
        if (slowIntrospection && address.endsWith('/introspect')) await new Promise((resolve) => setTimeout(resolve, slowIntrospection));
        return response;
      },
    });
    const guard = gatehouse.protect(definePermissions('shop:orders', { read: 'See orders' }).read);
    const server = createServer((request, response) => {
      if (request.url === '/status') response.end(JSON.stringify(gatehouse.status));
      else guard(request, response, () => response.end('ok'));
    }).listen(0, '127.0.0.1', () => console.log(server.address().port));
  `);
  const url = `http://127.0.0.1:${await child.line()}`;
  return { child, url, status: async () => (await (await fetch(`${url}/status`)).json()) as never };
}
