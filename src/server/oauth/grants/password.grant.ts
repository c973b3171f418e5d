import { Injectable } from '@nestjs/common';
import { authenticate } from '../../passport.js';
import { TokenIssuer } from '../../tokens/token-issuer.js';
import type { AuthenticatedAccount } from '../../user-sources/user-source.js';
import { LocalStrategy, type LocalRequest } from '../local.strategy.js';
import { OAuthError } from '../oauth-error.js';
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
    const issued = await this.issuer.openSession({ account, client, scope, address, agent });
    if ('refused' in issued) {
      if (issued.refused === 'stale') throw wrongCredentials();
      throw new OAuthError('invalid_scope', `Not held, or not known: ${issued.missing.join(' ')}`);
    }
    return {
      access_token: issued.accessToken,
      token_type: 'Bearer',
      expires_in: issued.expiresIn,
      scope: issued.scope.join(' '),
    };
  }
}

/** The same words for an unknown name, a wrong password and a disabled account. */
function wrongCredentials(): OAuthError {
  return new OAuthError('invalid_grant', 'The user name or the password is wrong.');
}
