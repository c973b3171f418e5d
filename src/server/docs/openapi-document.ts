import { STATUS_CODES } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { DeclaredAccess, RouteInventory, secureDocument } from '../../access/index.js';
import type { Settings } from '../../config/settings.js';
import { describeTag } from '../http/etag.js';
import { publicPath } from '../http/public-path.js';
import { SETTINGS } from '../settings.token.js';
import { closeBodies, stateBounds } from './bounds.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** The service's own tags. What the application adds stands between: after how to get a token, before what operators ask. */
const FIRST_TAG = { name: 'OAuth', description: 'Tokens (RFC 6749), and what verifiers need' };
const LAST_TAG = { name: 'Operation', description: 'For whoever runs the service' };
const OWN_TAGS: Readonly<Record<string, string>> = {
  Administration: 'People, service accounts and what they may do, clients, tokens, keys, and the audit',
  'Connected applications': 'What applications tell the service, and hear from it',
  'My account': 'For everybody who is logged in',
  'Self-service': 'For everybody, with a mail address instead of a login',
};

/** What a controller says of its tag, by `@ApiExtension`: `@ApiTags` takes a name alone. */
const TAG_DESCRIPTION = 'x-tag-description';

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
  const path = publicPath(app.get<Settings>(SETTINGS, { strict: false }));
  const document = SwaggerModule.createDocument(app, config);
  document.servers = [{ url: path || '/' }];
  document.tags = tagsOf(document);
  describeResponses(document);
  for (const operation of operationsOf(document)) describeTag(operation as never);
  const { permissions } = app.get(DeclaredAccess, { strict: false });
  secureDocument(
    document as never,
    app.get(RouteInventory, { strict: false }).routes,
    permissions.values(),
    `${path}/token`,
  );
  closeBodies(document);
  stateBounds(document);
  return document;
}

/** All tags in the order in which they are shown. What the application's controllers say of theirs moves here. */
function tagsOf(document: OpenAPIObject): NonNullable<OpenAPIObject['tags']> {
  const used = new Set(operationsOf(document).flatMap(({ tags }) => tags ?? []));
  const own = [...used].filter((name) => name !== FIRST_TAG.name && name !== LAST_TAG.name);
  const descriptions: Record<string, string> = { ...OWN_TAGS };
  for (const operation of operationsOf(document) as (Operation & { [TAG_DESCRIPTION]?: string })[]) {
    const { tags: [name] = [], [TAG_DESCRIPTION]: description } = operation;
    if (name !== undefined && description !== undefined) descriptions[name] = description;
    delete operation[TAG_DESCRIPTION];
  }
  return [FIRST_TAG, ...own.map((name) => ({ name, description: descriptions[name] })), LAST_TAG];
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
