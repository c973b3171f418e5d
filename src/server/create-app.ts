import type { DynamicModule, NestApplicationOptions, Type } from '@nestjs/common';
import { NestFactoryStatic } from '@nestjs/core/nest-factory.js';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { RouteInventory } from '../access/index.js';
import type { Settings } from '../config/settings.js';
import { ConsoleSocket } from './console/console-socket.js';
import { serveSwaggerUi } from './docs/swagger-ui.js';
import { FirstStart } from './first-start/first-start.service.js';
import { createAdapter } from './http/fastify.js';
import { NestLogger } from './http/logger.js';
import { securityHeaders } from './http/security-headers.js';

/**
 * Makes the application around a root module, ready to listen: guarded, documented, and checked.
 *
 * @param logging how Nest itself logs; Nest's logger is one for the whole process, so a service inside another
 *   application must leave it alone
 * @throws AccessStartError when a route doesn't say who may reach it; DatabaseStartError, StartError
 */
export async function createApp(
  root: Type | DynamicModule,
  settings: Settings,
  logger: Logger,
  logging: Pick<NestApplicationOptions, 'logger' | 'autoFlushLogs'> = { logger: new NestLogger(logger) },
): Promise<NestFastifyApplication> {
  const { adapter, served } = createAdapter(settings, logger);
  // Not the shared factory: it keeps the options of the last application, which may be around this one and half made.
  const app = await new NestFactoryStatic().create<NestFastifyApplication>(root, adapter, {
    ...logging,
    abortOnError: false,
    bodyParser: false,
    // Static segments win over parameters in Fastify's router, so "shadow" is no conflict here.
    routeConflictPolicy: { duplicate: 'error', shadow: 'off' },
  });
  try {
    app.useSecurityHeaders(securityHeaders(settings.publicUrl));
    if (settings.swaggerUi) serveSwaggerUi(app);
    await app.init();
    await adapter.getInstance().ready();
    app.get(RouteInventory, { strict: false }).verify(served);
    // Last, so that a start that fails for another reason has made nothing.
    await app.get(FirstStart, { strict: false }).run();
    await app.get(ConsoleSocket, { strict: false }).open();
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}
