import { Injectable } from '@nestjs/common';
import { authenticate } from '../../passport.js';
import { TokenIssuer } from '../../tokens/token-issuer.js';
import { TokenRegistry } from '../../tokens/token-registry.js';
import type { AuthenticatedAccount } from '../../user-sources/user-source.js';
import { LocalStrategy, type LocalRequest } from '../local.strategy.js';
import { OAuthError } from '../oauth-error.js';
import { composed } from './composed.js';
import type { Grant, TokenRequest, TokenResponse } from './grant.js';

/**
 * The resource owner password credentials grant (RFC 6749 §4.3). RFC 9700 §2.4 advises against it; it is here because
 * it was asked for, and a client must be allowed to use it.
 */
@Injectable()
export class PasswordGrant implements Grant {
  readonly type = 'password';

  constructor(
    private readonly strategy: LocalStrategy,
    private readonly issuer: TokenIssuer,
    private readonly registry: TokenRegistry,
  ) {}

  async issue({ form, client, scope, address, agent }: TokenRequest): Promise<TokenResponse> {
    const username = form.get('username');
    const password = form.get('password');
    if (username === undefined || password === undefined) {
      throw new OAuthError(
        'invalid_request',
        `The parameter ${username === undefined ? 'username' : 'password'} is missing.`,
      );
    }
    const request: LocalRequest = { body: { username, password } };
    const { user: account } = await authenticate<AuthenticatedAccount>(this.strategy, 'local', request);
    if (!account) throw wrongCredentials();
    const {
      accessToken,
      entry,
      scope: names,
    } = await composed(this.issuer, { account, client, scope, address, agent });
    if (!(await this.registry.openSession(entry, entry.expiresAt))) throw wrongCredentials();
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: entry.expiresAt - entry.issuedAt,
      scope: names.join(' '),
    };
  }
}

/** The same words for an unknown name, a wrong password and a disabled account. */
function wrongCredentials(): OAuthError {
  return new OAuthError('invalid_grant', 'The user name or the password is wrong.');
}
