import { TokenTooLongError } from '../../tokens/access-token.js';
import { type ComposedToken, type Grantee, ScopeNotHeldError, type TokenIssuer } from '../../tokens/token-issuer.js';
import { OAuthError } from '../oauth-error.js';

/**
 * Issues a token for a grant, and says as RFC 6749 §5.2 does when a scope isn't held; `enter` and what comes back are as
 * {@link TokenIssuer.issue} says.
 *
 * @throws OAuthError `invalid_scope`
 */
export async function issued(
  issuer: TokenIssuer,
  grantee: Grantee,
  enter: (token: ComposedToken) => Promise<boolean>,
  lifetime?: number,
): Promise<ComposedToken | undefined> {
  try {
    return await issuer.issue(grantee, enter, lifetime);
  } catch (error) {
    if (error instanceof TokenTooLongError) {
      throw new OAuthError('invalid_scope', 'So many scopes make the token too long. Ask for fewer, or for none.');
    }
    if (!(error instanceof ScopeNotHeldError)) throw error;
    throw new OAuthError(
      'invalid_scope',
      `Not held, or not known: ${error.missing.join(' ')}. Without a scope the token may do all that the account may.`,
    );
  }
}
