import { type ComposedToken, type Grantee, ScopeNotHeldError, type TokenIssuer } from '../../tokens/token-issuer.js';
import { OAuthError } from '../oauth-error.js';

/** Composes a token for a grant, and says as RFC 6749 §5.2 does when a scope isn't held. */
export async function composed(issuer: TokenIssuer, grantee: Grantee, lifetime?: number): Promise<ComposedToken> {
  try {
    return await issuer.compose(grantee, lifetime);
  } catch (error) {
    if (!(error instanceof ScopeNotHeldError)) throw error;
    throw new OAuthError('invalid_scope', `Not held, or not known: ${error.missing.join(' ')}`);
  }
}
