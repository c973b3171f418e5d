import { OAuthError } from './oauth-error.js';

/** Scopes, separated by spaces, as documents say it (RFC 6749 §3.3). */
export const SCOPE = { pattern: String.raw`^[\x20\x21\x23-\x5B\x5D-\x7E]*$` };

/**
 * The scopes of a request (RFC 6749 §3.3); undefined when none are named.
 *
 * @throws OAuthError `invalid_scope` for characters that no scope has
 */
export function parseScope(text: string | undefined): readonly string[] | undefined {
  const names = [...new Set((text ?? '').split(' ').filter((name) => name !== ''))];
  if (names.some((name) => !/^[\x21\x23-\x5B\x5D-\x7E]+$/.test(name))) {
    throw new OAuthError('invalid_scope', 'Scopes are separated by single spaces, and made of printable ASCII.');
  }
  return names.length > 0 ? names : undefined;
}
