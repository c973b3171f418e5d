import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../../../config/settings.js';
import { type FailedLogin, FailedLogins } from '../../audit/failed-logins.js';
import { DomainEvents } from '../../domain-events/domain-events.js';
import { Guessing } from '../../guessing/guessing.js';
import { authenticate } from '../../passport.js';
import { SETTINGS } from '../../settings.token.js';
import { newRefreshToken } from '../../tokens/refresh-token.js';
import { TokenIssuer } from '../../tokens/token-issuer.js';
import { TokenRegistry } from '../../tokens/token-registry.js';
import type { AuthenticatedAccount } from '../../user-sources/authenticated-account.js';
import { LocalStrategy, type LocalRequest } from '../local.strategy.js';
import { OAuthError } from '../oauth-error.js';
import type { Grant, TokenRequest, TokenResponse } from './grant.js';
import { issued } from './issued.js';

/**
 * The resource owner password credentials grant (RFC 6749 §4.3). RFC 9700 §2.4 advises against it; it is here because
 * it was asked for, and a client must be allowed to use it.
 */
@Injectable()
export class PasswordGrant implements Grant {
  readonly type = 'password';

  constructor(
    private readonly strategy: LocalStrategy,
    private readonly guessing: Guessing,
    private readonly issuer: TokenIssuer,
    private readonly registry: TokenRegistry,
    private readonly failedLogins: FailedLogins,
    private readonly events: DomainEvents,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async issue(asked: TokenRequest): Promise<TokenResponse> {
    const { form, client, address, agent, requestId } = asked;
    const username = form.get('username');
    const password = form.get('password');
    if (username === undefined || password === undefined) {
      throw new OAuthError(
        'invalid_request',
        `The parameter ${username === undefined ? 'username' : 'password'} is missing.`,
      );
    }
    const failed = (reason?: FailedLogin['reason']): Promise<void> =>
      this.failedLogins.record({
        name: username,
        clientId: client.clientId,
        address,
        agent,
        requestId,
        ...(reason && { reason }),
      });
    const request: LocalRequest = { body: { username, password }, origin: { address, agent, requestId } };
    const { account, withheld } = await this.guessing.attempt(
      { name: username, address, agent, requestId },
      async () => {
        const { user } = await authenticate<AuthenticatedAccount>(this.strategy, 'local', request);
        return user;
      },
    );
    if (!account) {
      await failed(withheld ? 'withheld' : undefined);
      throw wrongCredentials();
    }
    try {
      const response = await this.open(account, asked);
      if (response) {
        this.events.publish({ type: 'LoginSucceeded', account, clientId: client.clientId, address });
        return response;
      }
    } catch (error) {
      if (error instanceof OAuthError) await failed('scope-not-held');
      throw error;
    }
    await failed('switched-off-meanwhile');
    throw wrongCredentials();
  }

  /** Opens the session; undefined when account or client have been switched off since they were read. */
  private async open(
    account: AuthenticatedAccount,
    { client, scope, resource, address, agent, requestId }: TokenRequest,
  ): Promise<TokenResponse | undefined> {
    const { refreshTokenLifetime, refreshTokenAbsoluteLifetime } = this.settings;
    const now = Math.floor(Date.now() / 1_000);
    const refresh = client.grants.includes('refresh_token')
      ? newRefreshToken(now + Math.min(refreshTokenLifetime, refreshTokenAbsoluteLifetime))
      : undefined;
    const token = await issued(
      this.issuer,
      { account, client, audience: resource, scope, address, agent },
      ({ entry }) => {
        const endsAt = refresh ? now + refreshTokenAbsoluteLifetime : entry.expiresAt;
        return this.registry.openSession(entry, endsAt, requestId, refresh);
      },
      Math.min(this.settings.accessTokenLifetime, refreshTokenAbsoluteLifetime),
    );
    return (
      token && {
        access_token: token.accessToken,
        token_type: 'Bearer',
        expires_in: token.entry.expiresAt - token.entry.issuedAt,
        ...(refresh && { refresh_token: refresh.token }),
        scope: token.scope.join(' '),
      }
    );
  }
}

/** The same words for an unknown name, a wrong password and a disabled account. */
function wrongCredentials(): OAuthError {
  return new OAuthError('invalid_grant', 'The user name or the password is wrong.');
}
