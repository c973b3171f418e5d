import type { INestApplicationContext } from '@nestjs/common';
import { DeclaredAccess, RouteInventory, secureDocument, type OpenApiDocument } from '../access/index.js';
import { EmbeddedService } from './embedded-service.js';

/**
 * Writes into the OpenAPI document of an application who may call what: padlocks, scopes, 401 and 403, from the same
 * rules that the guard goes by. Swagger UI's Authorize button gets its tokens from the mounted service.
 *
 * @param app      the application that imports `GatehouseModule`
 * @param document what `SwaggerModule.createDocument()` made of it; it is changed, and returned
 */
export function secureOpenApi<Document extends object>(app: INestApplicationContext, document: Document): Document {
  const { routes } = app.get(RouteInventory, { strict: false });
  const { permissions } = app.get(DeclaredAccess, { strict: false });
  const { seenAt } = app.get(EmbeddedService, { strict: false });
  secureDocument(document as unknown as OpenApiDocument, routes, permissions.values(), `${seenAt}/token`, 'own');
  return document;
}
