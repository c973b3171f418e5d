import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../../../config/settings.js';
import { SETTINGS } from '../../settings.token.js';
import { isRefreshTokenForm, newRefreshToken } from '../../tokens/refresh-token.js';
import { type PresentedRefreshToken, RefreshTokens } from '../../tokens/refresh-tokens.js';
import { TokenIssuer } from '../../tokens/token-issuer.js';
import { OAuthError } from '../oauth-error.js';
import { Resources } from '../resource.js';
import type { Grant, TokenRequest, TokenResponse } from './grant.js';
import { issued } from './issued.js';

/** Refreshing an access token (RFC 6749 §6, RFC 9700 §4.14). A request that fails leaves everything as it was. */
@Injectable()
export class RefreshTokenGrant implements Grant {
  readonly type = 'refresh_token';

  constructor(
    private readonly refreshTokens: RefreshTokens,
    private readonly issuer: TokenIssuer,
    private readonly resources: Resources,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async issue(request: TokenRequest): Promise<TokenResponse> {
    const token = request.form.get('refresh_token');
    if (token === undefined) throw new OAuthError('invalid_request', 'The parameter refresh_token is missing.');
    const presented = isRefreshTokenForm(token)
      ? await this.refreshTokens.find(token, request.client.clientId)
      : undefined;
    if (presented?.reused) await this.refreshTokens.endFamily(presented, request);
    else if (presented) {
      const answer = await this.renew(presented, request);
      if (answer) return answer;
    }
    throw new OAuthError(
      'invalid_grant',
      'The refresh token is unknown, expired, used or revoked, or was issued to another client.',
    );
  }

  /**
   * A new pair; undefined when the token was lost to somebody else, or to a revocation, in the meantime, and when the
   * client may not have tokens for that audience any more.
   */
  private async renew(
    presented: PresentedRefreshToken,
    { client, scope, resource, address, agent, requestId }: TokenRequest,
  ): Promise<TokenResponse | undefined> {
    if (resource !== undefined && !presented.audience.includes(resource)) {
      throw new OAuthError('invalid_target', 'The login was not for this resource (RFC 8707 2.2).');
    }
    const { accessTokenLifetime, refreshTokenLifetime } = this.settings;
    const audience = resource ?? presented.audience[0]!;
    // The client's audiences count as they are now, like its scopes: one that was moved away from an application, or from
    // this service, must not go on getting tokens for it for as long as its logins last.
    if (!(await this.resources.mayAskFor(audience, client, this.type))) return undefined;
    const now = Math.floor(Date.now() / 1_000);
    const ends = Math.floor(presented.sessionExpiresAt);
    const lifetime = Math.min(accessTokenLifetime, ends - now);
    if (lifetime < 1) return undefined;
    const refresh = newRefreshToken(Math.min(now + refreshTokenLifetime, ends));
    const token = await issued(
      this.issuer,
      {
        account: {
          id: presented.accountId,
          epoch: presented.accountEpoch,
          username: presented.username,
          memberships: presented,
        },
        client,
        audience,
        scope,
        limit: presented.scope,
        address,
        agent,
      },
      async ({ entry }) => (await this.refreshTokens.rotate(presented, entry, refresh, requestId)) === 'rotated',
      lifetime,
    );
    if (!token) return undefined;
    return {
      access_token: token.accessToken,
      token_type: 'Bearer',
      expires_in: token.entry.expiresAt - token.entry.issuedAt,
      refresh_token: refresh.token,
      scope: token.scope.join(' '),
    };
  }
}
