import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../access/index.js';
import { SigningKeysService } from './signing-keys.service.js';

/** The public keys, for whoever verifies tokens (RFC 7517). */
@ApiTags('OAuth')
@Controller('.well-known')
@Public()
export class JwksController {
  constructor(private readonly keys: SigningKeysService) {}

  @Get('jwks.json')
  @Header('Cache-Control', 'public, max-age=60')
  @ApiOperation({
    operationId: 'getJwks',
    summary: 'Public keys (JWKS)',
    description:
      'The keys with which access tokens can be verified. A verifier that knows only these can’t tell that a token was revoked.',
  })
  @ApiOkResponse({
    description: 'A JWK set.',
    schema: {
      type: 'object',
      required: ['keys'],
      properties: { keys: { type: 'array', items: { type: 'object', additionalProperties: { type: 'string' } } } },
    },
  })
  jwks(): unknown {
    return this.keys.jwks;
  }
}
