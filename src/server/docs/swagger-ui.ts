import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { RouteInventory } from '../../access/index.js';
import { servePages } from '../http/security-headers.js';
import { openApiDocument } from './openapi-document.js';

const DOCUMENT = '/openapi.json';

/** The routes of Swagger UI, which aren't a controller's. */
const ROUTES = [
  '/docs',
  '/docs/index.html',
  '/docs/LICENSE',
  '/docs/swagger-ui-init.js',
  '/docs/docs/swagger-ui-init.js',
  '/docs/*',
  DOCUMENT,
];

/** What Swagger UI has when a token came: what was typed into the dialog, and the token. */
interface Authorized {
  readonly auth: object;
  readonly token: unknown;
}

/**
 * A plugin of Swagger UI, so it runs in the browser and stands on its own. With the token, Swagger UI would keep in clear
 * the password that got it, also over a reload.
 */
function forgetPassword(): object {
  return {
    statePlugins: {
      auth: {
        wrapActions: {
          authorizeOauth2:
            (authorize: (what: Authorized) => unknown) =>
            ({ auth, token }: Authorized) =>
              authorize({ auth: { ...auth, password: '', clientSecret: '' }, token }),
        },
      },
    },
  };
}

/** Serves Swagger UI at `/docs` and the document at `/openapi.json`. The document is made when it is first asked for. */
export function serveSwaggerUi(app: NestFastifyApplication): void {
  let document: OpenAPIObject | undefined;
  servePages(
    app.getHttpAdapter().getInstance(),
    ROUTES.filter((path) => path !== DOCUMENT),
  );
  SwaggerModule.setup('docs', app, () => (document ??= openApiDocument(app)), {
    raw: ['json'],
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: 'Gatehouse',
    // The bar holds the maker's logo, and a switch to dark, which the page does by itself where the system is set so. There
    // is one server, so there is none to choose.
    customCss:
      '.swagger-ui .topbar, .swagger-ui .scheme-container .schemes > .schemes-server-container { display: none }',
    swaggerOptions: {
      // The token survives a reload.
      persistAuthorization: true,
      plugins: [forgetPassword],
      displayRequestDuration: true,
      tryItOutEnabled: true,
      // The schemas are folded; each operation shows its own.
      defaultModelsExpandDepth: 0,
      // No settings from the address: a link could point the page at another document.
      queryConfigEnabled: false,
    },
  });
  const routes = app.get(RouteInventory, { strict: false });
  for (const path of ROUTES) routes.declarePublic('GET', path, 'Swagger UI');
}
