import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../access/index.js';
import type { Settings } from '../../config/settings.js';
import { RbacSnapshot } from '../rbac/rbac-snapshot.js';
import { SETTINGS } from '../settings.token.js';
import { CLIENT_AUTHENTICATION_METHODS } from './client-authentication.js';
import type { Grant } from './grants/grant.js';
import { GRANTS } from './grants/grants.token.js';

/** Authorization server metadata (RFC 8414): lists exactly what works. */
@ApiTags('OAuth')
@Controller('.well-known')
@Public()
export class MetadataController {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(GRANTS) private readonly grants: readonly Grant[],
    private readonly snapshot: RbacSnapshot,
  ) {}

  @Get('oauth-authorization-server')
  @Header('Cache-Control', 'public, max-age=60')
  @ApiOperation({ operationId: 'getMetadata', summary: 'Server metadata', description: 'RFC 8414.' })
  @ApiOkResponse({ description: 'The metadata.', schema: { type: 'object', additionalProperties: true } })
  metadata(): unknown {
    const issuer = this.settings.publicUrl;
    return {
      issuer,
      token_endpoint: `${issuer}/token`,
      revocation_endpoint: `${issuer}/revoke`,
      revocation_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION_METHODS,
      introspection_endpoint: `${issuer}/introspect`,
      introspection_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION_METHODS.filter(
        (method) => method !== 'none',
      ),
      userinfo_endpoint: `${issuer}/userinfo`,
      // No member of a standard: the stream of those who verify tokens by themselves (decision 14).
      events_endpoint: `${issuer}/events`,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      scopes_supported: this.snapshot.knownPermissions,
      // No authorization endpoint yet, so there is nothing that a response type could name (RFC 8414 §2).
      response_types_supported: [],
      grant_types_supported: this.grants.map(({ type }) => type),
      token_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION_METHODS,
      service_documentation: this.settings.swaggerUi ? `${issuer}/docs` : undefined,
    };
  }
}
