import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpServer } from '@nestjs/common';
import { StartError } from '../server/start-error.js';
import type { Mount } from './mount.js';

/** Adapters of Nest that a service can be mounted in. */
const ADAPTERS = new Set(['express', 'fastify']);

/**
 * Puts a mount before all middleware of the application, body parsers too: those are registered later, when the
 * application is made or initialised, and middleware runs in the order in which it was registered. On Fastify it is the
 * middleware that Nest runs before a body is read.
 *
 * @throws StartError when there is no server, none of a known kind, or a Fastify without middleware
 */
export function mountInHost(host: HttpServer | undefined, mount: Mount): void {
  const type = host?.getType();
  if (!type || !ADAPTERS.has(type)) {
    throw new StartError(
      'GatehouseModule needs an application on Express or Fastify to be mounted in. Import it into an application that is made by NestFactory.create().',
    );
  }
  const { use } = host!.getInstance() as { use?: unknown };
  if (typeof use !== 'function') {
    throw new StartError(
      'GatehouseModule is mounted as middleware, which this Fastify has none of: make the adapter without skipMiddie.',
    );
  }
  host!.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
    if (!mount.take(request, response)) next();
  });
}
