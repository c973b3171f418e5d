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
    type: { type: 'string', format: 'uri-reference', example: 'about:blank' },
    title: { type: 'string', example: 'Forbidden' },
    status: { type: 'integer', minimum: 400, maximum: 599, example: 403 },
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

/** When to try again (RFC 9110 §10.2.3): what is amiss is over in seconds, or nobody can say. */
const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds.', schema: { type: 'integer', minimum: 1, maximum: 60 } },
};

/** What any operation can answer, and what those can that take a body. By the name of the response. */
const ANYWHERE = { '400': 'BadRequest', '500': 'InternalServerError', '503': 'ServiceUnavailable' };
const WITH_BODY = { '413': 'ContentTooLarge', '415': 'UnsupportedMediaType' };

/** Answers that operations share, where errors are problem details. */
const SHARED = {
  BadRequest: {
    description:
      'What was sent is not what is expected, and `errors` names the fields; or a token is where none may be.',
    content: PROBLEM,
  },
  InvalidToken: {
    ...bearerError('No token is needed, but one came that is malformed, expired or revoked (RFC 6750 §3.1).'),
    content: PROBLEM,
  },
  ContentTooLarge: {
    description: 'The body is too large: JSON over 256 KiB, or a form over 32 KiB.',
    content: PROBLEM,
  },
  UnsupportedMediaType: { description: 'The body is of a media type that isn’t taken here.', content: PROBLEM },
  InternalServerError: {
    description: 'Something went wrong here. The log says more under the `X-Request-Id` of the answer.',
    content: PROBLEM,
  },
  ServiceUnavailable: {
    description: 'The database can’t be reached, or there is too much to do. Try again.',
    headers: RETRY_AFTER,
    content: PROBLEM,
  },
};

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
  document.components.securitySchemes = {
    ...document.components.securitySchemes,
    [SECURITY_SCHEME]: {
      type: 'oauth2',
      description:
        'User name and password, for a bearer token. Scopes narrow the token; with none ticked it follows the account. ' +
        'Tokens are JWTs, made and verified as RFC8725 says.',
      flows: {
        password: {
          tokenUrl,
          refreshUrl: tokenUrl,
          scopes: Object.fromEntries([...permissions].map(({ name, description }) => [name, description])),
        },
      },
    },
  };
  if (errors === 'problem') document.components.schemas = { Problem: PROBLEM_SCHEMA, ...document.components.schemas };
  const content = errors === 'problem' ? { content: PROBLEM } : {};
  document.components.responses = {
    ...(errors === 'problem' && SHARED),
    Unauthorized: {
      ...bearerError('No token, or one that is malformed, expired or revoked (RFC 6750 §3.1).'),
      ...content,
    },
    Forbidden: {
      ...bearerError(
        'The permission is missing; WWW-Authenticate names the scope that is needed (RFC 6750 §3.1). Or the password was ' +
          'set by somebody else and is to be changed first; then `type` ends in `password-change-required`.',
      ),
      ...content,
    },
    // Last: what the application says itself, it knows better.
    ...document.components.responses,
  };
  for (const { method, path, access, beforePasswordChange } of routes) {
    const item = document.paths[path.replaceAll(/:(\w+)/g, '{$1}')] ?? {};
    for (const verb of method === 'ALL' ? METHODS : [method.toLowerCase()]) {
      const operation = item[verb] as Operation | undefined;
      if (!operation) continue;
      if (errors === 'problem') describeErrors(operation, access);
      secureOperation(operation, access, beforePasswordChange);
    }
  }
  return document;
}

/** Errors are problem details everywhere, but where an operation says otherwise. */
function describeErrors(operation: Operation, access: Condition | 'public'): void {
  operation.responses ??= {};
  const shared = {
    ...ANYWHERE,
    ...(operation.requestBody !== undefined && WITH_BODY),
    ...(access === 'public' && { '401': 'InvalidToken' }),
  };
  for (const [status, name] of Object.entries(shared)) {
    operation.responses[status] ??= { $ref: `#/components/responses/${name}` };
  }
  for (const [status, response] of Object.entries(operation.responses)) {
    if (!/^[45]/.test(status) || typeof response !== 'object' || !response || '$ref' in response) continue;
    if (!('content' in response)) Object.assign(response, { content: PROBLEM });
    if (status === '503' && !('headers' in response)) Object.assign(response, { headers: RETRY_AFTER });
  }
}

function secureOperation(operation: Operation, access: Condition | 'public', beforePasswordChange: boolean): void {
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
  operation['x-access'] = { ...describeAccess(access), ...(beforePasswordChange && { beforePasswordChange }) };
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
