/** The error codes of the token endpoint (RFC 6749 §5.2, RFC 8707 §2), and `temporarily_unavailable` for "not now". */
export const OAUTH_ERROR_CODES = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'temporarily_unavailable',
] as const;
export type OAuthErrorCode = (typeof OAUTH_ERROR_CODES)[number];

/** An error as the OAuth endpoints answer it. The description is meant for the developer of the client. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';

  /** @param triedBasic whether the client authenticated by the Authorization header, which the answer must then name */
  constructor(
    readonly code: OAuthErrorCode,
    readonly description: string,
    readonly triedBasic = false,
  ) {
    super(`${code}: ${description}`);
  }
}
