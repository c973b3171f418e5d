import type { INestApplicationContext } from '@nestjs/common';
import { DeclaredAccess, RouteInventory, secureDocument, type OpenApiDocument } from '../access/index.js';
import type { Gatehouse } from './gatehouse.js';
import { GATEHOUSE, GATEHOUSE_EXTRAS } from './gatehouse-client.module.js';
import type { GatehouseClientExtras } from './gatehouse-client.options.js';

/**
 * Writes into a document of @nestjs/swagger who may call what: a padlock and the scopes at each operation that asks for
 * something, the answers 401 and 403, and an Authorize button that gets its tokens from the service.
 */
export function secureOpenApi<Document extends object>(app: INestApplicationContext, document: Document): Document {
  const { issuer } = app.get<Gatehouse>(GATEHOUSE, { strict: false });
  const { permissions } = app.get(DeclaredAccess, { strict: false });
  const { routes } = app.get(RouteInventory, { strict: false });
  secureDocument(document as unknown as OpenApiDocument, routes, permissions.values(), `${issuer}/token`);
  return document;
}

/** Options for Swagger UI: `SwaggerModule.setup('docs', app, document, { swaggerOptions: swaggerOptions(app) })`. */
export function swaggerOptions(app: INestApplicationContext): { initOAuth?: { clientId: string } } {
  const { docsClientId } = app.get<GatehouseClientExtras>(GATEHOUSE_EXTRAS, { strict: false });
  return docsClientId === undefined ? {} : { initOAuth: { clientId: docsClientId } };
}
