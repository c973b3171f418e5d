"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.secureOpenApi = secureOpenApi;
exports.swaggerOptions = swaggerOptions;
const index_js_1 = require("../access/index.js");
const gatehouse_client_module_js_1 = require("./gatehouse-client.module.js");
/**
 * Writes into a document of @nestjs/swagger who may call what: a padlock and the scopes at each operation that asks for
 * something, the answers 401 and 403, and an Authorize button that gets its tokens from the service.
 */
function secureOpenApi(app, document) {
    const { permissions } = app.get(index_js_1.DeclaredAccess, { strict: false });
    const { routes } = app.get(index_js_1.RouteInventory, { strict: false });
    (0, index_js_1.secureDocument)(document, routes, permissions.values(), tokenUrl(app));
    return document;
}
/** Options for Swagger UI: `SwaggerModule.setup('docs', app, document, { swaggerOptions: swaggerOptions(app) })`. */
function swaggerOptions(app) {
    const { docsClientId } = app.get(gatehouse_client_module_js_1.GATEHOUSE_EXTRAS, { strict: false });
    const { audience } = app.get(gatehouse_client_module_js_1.GATEHOUSE, { strict: false });
    const resource = `&resource=${encodeURIComponent(audience)}`;
    const requestInterceptor = (request) => {
        if (request.url === tokenUrl(app) && typeof request.body === 'string')
            request.body += resource;
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
function tokenUrl(app) {
    return `${app.get(gatehouse_client_module_js_1.GATEHOUSE, { strict: false }).issuer}/token`;
}
