import { type Permission } from '../policy/index.js';
import type { Route } from './route.js';
/** The parts of an OpenAPI 3 document that are read and written here. */
export interface OpenApiDocument {
    readonly paths: Record<string, Record<string, unknown>>;
    components?: {
        schemas?: Record<string, unknown>;
        securitySchemes?: Record<string, unknown>;
        responses?: Record<string, unknown>;
    };
}
/** Name of the security scheme in the document. */
export declare const SECURITY_SCHEME = "gatehouse";
/**
 * Writes into an OpenAPI document who may call what, from the routes themselves rather than from more decorators: the
 * security scheme with all scopes, and for each operation its scopes, `x-access`, and the answers 401 and 403.
 *
 * Alternatives become alternatives, and what is required together stays together: class and method decorators of the
 * OpenAPI library would print "or" where both are required.
 *
 * @param tokenUrl where Swagger UI's Authorize gets tokens, relative to the document
 */
export declare function secureDocument<Document extends OpenApiDocument>(document: Document, routes: readonly Route[], permissions: Iterable<Permission>, tokenUrl: string): Document;
