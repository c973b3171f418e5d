import { Injectable } from '@nestjs/common';
import { TokenIssuer } from '../../tokens/token-issuer.js';
import { TokenRegistry } from '../../tokens/token-registry.js';
import { OAuthError } from '../oauth-error.js';
import type { Grant, TokenRequest, TokenResponse } from './grant.js';
import { issued } from './issued.js';

/**
 * The client credentials grant (RFC 6749 §4.4): a confidential client gets a token as the service account that it
 * belongs to. No session and no refresh token (§4.4.3): it can ask again.
 */
@Injectable()
export class ClientCredentialsGrant implements Grant {
  readonly type = 'client_credentials';

  constructor(
    private readonly issuer: TokenIssuer,
    private readonly registry: TokenRegistry,
  ) {}

  async issue({ client, scope, resource, address, agent }: TokenRequest): Promise<TokenResponse> {
    if (!client.confidential || !client.account) {
      throw new OAuthError('unauthorized_client', 'Only the client of a service account may use client_credentials.');
    }
    const { groupIds, roleIds, ...account } = client.account;
    const token = await issued(
      this.issuer,
      {
        account: { ...account, memberships: { groupIds, roleIds } },
        client,
        audience: resource,
        scope,
        address,
        agent,
      },
      ({ entry }) => this.registry.enter(entry, 'access'),
    );
    if (!token) {
      throw new OAuthError('invalid_client', 'The client or its service account has just been switched off.');
    }
    return {
      access_token: token.accessToken,
      token_type: 'Bearer',
      expires_in: token.entry.expiresAt - token.entry.issuedAt,
      scope: token.scope.join(' '),
    };
  }
}
