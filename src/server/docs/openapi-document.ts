import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { DeclaredAccess, RouteInventory, secureDocument } from '../../access/index.js';

/** Problem details (RFC 9457 §3.1), as every error but OAuth's own answers. */
const PROBLEM = {
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

/** The OpenAPI 3.1 document of an application, with who may call what from its route inventory. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Gatehouse')
    .setVersion('0.1.0')
    .setDescription(
      'Authentication and authorization: who is this, and may they?\n\nPress **Authorize**, give a user name and a password, and tick scopes only to narrow the token.',
    )
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addTag('OAuth', 'Tokens (RFC 6749) and what verifiers need.')
    .addTag('Operation', 'Health.')
    .build();
  const document = SwaggerModule.createDocument(app, config);
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: PROBLEM as never },
  };
  const { permissions } = app.get(DeclaredAccess, { strict: false });
  return secureDocument(
    document as never,
    app.get(RouteInventory, { strict: false }).routes,
    permissions.values(),
    '/token',
  );
}
