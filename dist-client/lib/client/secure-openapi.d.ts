import type { INestApplicationContext } from '@nestjs/common';
/** What Swagger UI is to be told, as `swaggerOptions` of `SwaggerModule.setup()` takes it. */
export interface GatehouseSwaggerOptions {
    readonly initOAuth?: {
        readonly clientId: string;
    };
    /** Asks for tokens that are meant for this application (RFC 8707): Swagger UI has no field for that. */
    readonly requestInterceptor: (request: {
        url: string;
        body?: unknown;
    }) => unknown;
}
/**
 * Writes into a document of @nestjs/swagger who may call what: a padlock and the scopes at each operation that asks for
 * something, the answers 401 and 403, and an Authorize button that gets its tokens from the service.
 */
export declare function secureOpenApi<Document extends object>(app: INestApplicationContext, document: Document): Document;
/** Options for Swagger UI: `SwaggerModule.setup('docs', app, document, { swaggerOptions: swaggerOptions(app) })`. */
export declare function swaggerOptions(app: INestApplicationContext): GatehouseSwaggerOptions;
