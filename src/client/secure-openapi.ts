import type { INestApplicationContext } from '@nestjs/common';
import { DeclaredAccess, RouteInventory, secureDocument, type OpenApiDocument } from '../access/index.js';
import { GATEHOUSE, GATEHOUSE_EXTRAS } from './gatehouse-client.module.js';
import type { GatehouseClientExtras } from './gatehouse-client.options.js';
import type { Gatehouse } from './gatehouse.js';

/** What Swagger UI is to be told, as `swaggerOptions` of `SwaggerModule.setup()` takes it. */
export interface GatehouseSwaggerOptions {
  readonly initOAuth?: { readonly clientId: string };
  /** Asks for tokens that are meant for this application (RFC 8707): Swagger UI has no field for that. */
  readonly requestInterceptor: (request: { url: string; body?: unknown }) => unknown;
}

/**
 * Writes into a document of @nestjs/swagger who may call what: a padlock and the scopes at each operation that asks for
 * something, the answers 401 and 403, and an Authorize button that gets its tokens from the service.
 */
export function secureOpenApi<Document extends object>(app: INestApplicationContext, document: Document): Document {
  const { permissions } = app.get(DeclaredAccess, { strict: false });
  const { routes } = app.get(RouteInventory, { strict: false });
  secureDocument(document as unknown as OpenApiDocument, routes, permissions.values(), tokenUrl(app), 'own');
  return document;
}

/** Options for Swagger UI: `SwaggerModule.setup('docs', app, document, { swaggerOptions: swaggerOptions(app) })`. */
export function swaggerOptions(app: INestApplicationContext): GatehouseSwaggerOptions {
  const { docsClientId } = app.get<GatehouseClientExtras>(GATEHOUSE_EXTRAS, { strict: false });
  const { audience } = app.get<Gatehouse>(GATEHOUSE, { strict: false });
  const resource = `&resource=${encodeURIComponent(audience)}`;
  const requestInterceptor: GatehouseSwaggerOptions['requestInterceptor'] = (request) => {
    if (request.url === tokenUrl(app) && typeof request.body === 'string') request.body += resource;
    return request;
  };
  // It is sent to the browser as text, where nothing of this is known but what stands in it.
  const text = `(request) => {
    if (request.url === ${JSON.stringify(tokenUrl(app))} && typeof request.body === 'string') request.body += ${JSON.stringify(resource)};
    return request;
  }`;
  return {
    ...(docsClientId !== undefined && { initOAuth: { clientId: docsClientId } }),
    requestInterceptor: Object.assign(requestInterceptor, { toString: () => text }),
  };
}

function tokenUrl(app: INestApplicationContext): string {
  return `${app.get<Gatehouse>(GATEHOUSE, { strict: false }).issuer}/token`;
}
