import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { RouteInventory } from '../../access/index.js';
import { openApiDocument } from './openapi-document.js';

/** The routes of Swagger UI, which aren't a controller's. */
const ROUTES = [
  '/docs',
  '/docs/index.html',
  '/docs/LICENSE',
  '/docs/swagger-ui-init.js',
  '/docs/docs/swagger-ui-init.js',
  '/docs/*',
  '/openapi.json',
];

/** Serves Swagger UI at `/docs` and the document at `/openapi.json`. The document is made when it is first asked for. */
export function serveSwaggerUi(app: NestFastifyApplication): void {
  let document: OpenAPIObject | undefined;
  SwaggerModule.setup('docs', app, () => (document ??= openApiDocument(app)), {
    raw: ['json'],
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: 'Gatehouse',
    swaggerOptions: {
      // The token survives a reload.
      persistAuthorization: true,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      // No settings from the address: a link could point the page at another document.
      queryConfigEnabled: false,
    },
  });
  const routes = app.get(RouteInventory, { strict: false });
  for (const path of ROUTES) routes.declarePublic('GET', path, 'Swagger UI');
}
