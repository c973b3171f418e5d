import { STATUS_CODES } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { DeclaredAccess, RouteInventory, secureDocument } from '../../access/index.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** The service's own tags. What the application adds stands between: after how to get a token, before what operators ask. */
const FIRST_TAG = { name: 'OAuth', description: 'Tokens (RFC 6749), and what verifiers need' };
const LAST_TAG = { name: 'Operation', description: 'For whoever runs the service' };

/** The OpenAPI 3.1 document of an application, with who may call what from its route inventory. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Gatehouse')
    .setVersion('0.1.0')
    .setDescription(
      'Authentication and authorization: who is this, and may they?\n\n' +
        'Press **Authorize** and give a user name and a password. Leave `client_id` and `client_secret` empty, and tick ' +
        'scopes only to narrow the token. A padlock stands at every operation that needs a token.',
    )
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .build();
  const document = SwaggerModule.createDocument(app, config);
  document.tags = tagsOf(document);
  describeResponses(document);
  const { permissions } = app.get(DeclaredAccess, { strict: false });
  return secureDocument(
    document as never,
    app.get(RouteInventory, { strict: false }).routes,
    permissions.values(),
    '/token',
  );
}

/** All tags in the order in which they are shown. The application's own are known by their operations alone. */
function tagsOf(document: OpenAPIObject): { name: string; description?: string }[] {
  const used = new Set(operationsOf(document).flatMap(({ tags }) => tags ?? []));
  const own = [...used].filter((name) => name !== FIRST_TAG.name && name !== LAST_TAG.name);
  return [FIRST_TAG, ...own.map((name) => ({ name })), LAST_TAG];
}

/** Says of each answer that nobody has described at least what its status means. */
function describeResponses(document: OpenAPIObject): void {
  for (const { responses } of operationsOf(document)) {
    for (const [status, response] of Object.entries(responses)) {
      if (response && 'description' in response) response.description ||= `${STATUS_CODES[status] ?? 'The answer'}.`;
    }
  }
}

function operationsOf({ paths }: OpenAPIObject): Operation[] {
  return Object.values(paths).flatMap((item) => Object.values(item) as Operation[]);
}
