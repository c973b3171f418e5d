import { alternativesOf, describeAccess, sayCondition, type Condition, type Permission } from '../policy/index.js';
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

interface Operation {
  parameters?: unknown[];
  requestBody?: unknown;
  description?: string;
  security?: Record<string, string[]>[];
  responses?: Record<string, unknown>;
  'x-access'?: unknown;
}

/** Name of the security scheme in the document. */
export const SECURITY_SCHEME = 'gatehouse';

/** Problem details (RFC 9457 §3.1), as every error but OAuth's own answers. */
const PROBLEM_SCHEMA = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string', example: 'about:blank' },
    title: { type: 'string', example: 'Forbidden' },
    status: { type: 'integer', example: 403 },
    detail: { type: 'string', example: 'This needs the permission finance:read.' },
    errors: {
      type: 'array',
      description: 'What is wrong with which field.',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};

const PROBLEM = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/**
 * Writes into an OpenAPI document who may call what, from the routes themselves rather than from more decorators: the
 * security scheme with all scopes, and for each operation its scopes, `x-access`, and the answers 401 and 403.
 *
 * Alternatives become alternatives, and what is required together stays together: class and method decorators of the
 * OpenAPI library would print "or" where both are required.
 *
 * @param tokenUrl where Swagger UI's Authorize gets tokens, relative to the document
 * @param errors   what errors look like: problem details, or the application's own, of which nothing is said
 */
export function secureDocument<Document extends OpenApiDocument>(
  document: Document,
  routes: readonly Route[],
  permissions: Iterable<Permission>,
  tokenUrl: string,
  errors: 'problem' | 'own' = 'problem',
): Document {
  document.components ??= {};
  if (errors === 'problem') document.components.schemas = { Problem: PROBLEM_SCHEMA, ...document.components.schemas };
  document.components.securitySchemes = {
    ...document.components.securitySchemes,
    [SECURITY_SCHEME]: {
      type: 'oauth2',
      description:
        'User name and password, for a bearer token. Scopes narrow the token; with none ticked it follows the account.',
      flows: {
        password: {
          tokenUrl,
          scopes: Object.fromEntries([...permissions].map(({ name, description }) => [name, description])),
        },
      },
    },
  };
  if (errors === 'problem') document.components.schemas = { Problem: PROBLEM_SCHEMA, ...document.components.schemas };
  const content = errors === 'problem' ? { content: PROBLEM } : {};
  document.components.responses = {
    ...(errors === 'problem' && {
      BadRequest: { description: 'What was sent is not what is expected; `errors` names the fields.', ...content },
    }),
    Unauthorized: {
      ...bearerError('No token, or one that is malformed, expired or revoked (RFC 6750 §3.1).'),
      ...content,
    },
    Forbidden: {
      ...bearerError('The permission is missing; WWW-Authenticate names the scope that is needed (RFC 6750 §3.1).'),
      ...content,
    },
    // Last: what the application says itself, it knows better.
    ...document.components.responses,
  };
  for (const { method, path, access } of routes) {
    const item = document.paths[path.replaceAll(/:(\w+)/g, '{$1}')] ?? {};
    for (const verb of method === 'ALL' ? METHODS : [method.toLowerCase()]) {
      const operation = item[verb] as Operation | undefined;
      if (!operation) continue;
      if (errors === 'problem') describeErrors(operation);
      secureOperation(operation, access);
    }
  }
  return document;
}

/** Errors are problem details everywhere, but where an operation says otherwise. */
function describeErrors(operation: Operation): void {
  operation.responses ??= {};
  if (operation.parameters?.length || operation.requestBody) {
    operation.responses['400'] ??= { $ref: '#/components/responses/BadRequest' };
  }
  for (const [status, response] of Object.entries(operation.responses)) {
    if (
      /^[45]/.test(status) &&
      typeof response === 'object' &&
      response &&
      !('content' in response) &&
      !('$ref' in response)
    ) {
      Object.assign(response, { content: PROBLEM });
    }
  }
}

function secureOperation(operation: Operation, access: Condition | 'public'): void {
  if (access === 'public') {
    operation.security = [];
    operation['x-access'] = { public: true };
    return;
  }
  const scopes = alternativesOf(access)
    .filter(({ byPermissions }) => byPermissions)
    .map(({ permissions }) => ({ [SECURITY_SCHEME]: [...permissions] }));
  // A role or group can't be asked for as a scope; what remains to say is that a token is needed.
  operation.security = scopes.length > 0 ? scopes : [{ [SECURITY_SCHEME]: [] }];
  operation['x-access'] = describeAccess(access);
  operation.description = [operation.description, `Needs: ${sayCondition(access)}.`].filter(Boolean).join('\n\n');
  operation.responses = {
    ...operation.responses,
    '401': { $ref: '#/components/responses/Unauthorized' },
    '403': { $ref: '#/components/responses/Forbidden' },
  };
}

function bearerError(description: string): object {
  return {
    description,
    headers: { 'WWW-Authenticate': { description: 'The challenge (RFC 6750 §3).', schema: { type: 'string' } } },
  };
}
