/** The form that `POST /token` takes. For the OpenAPI document: the endpoint parses its own form (RFC 6749 §3.2). */
export class TokenRequestDto {
  /**
   * May be left out with username and password.
   * @example password
   */
  grant_type?: string;
  /**
   * A user name or mail address.
   * @example frank
   */
  username?: string;
  /** The password, verbatim. */
  password?: string;
  /**
   * Permissions to narrow the token to, separated by spaces. Left out: the token follows the account.
   * @example finance:read
   */
  scope?: string;
  /** The client; left out: the built-in first-party client. */
  client_id?: string;
}

/** A token (RFC 6749 §5.1). */
export class TokenResponseDto {
  /** The access token: a JWT (RFC 9068). */
  access_token: string;
  /** @example Bearer */
  token_type: 'Bearer';
  /**
   * Lifetime in seconds.
   * @example 3600
   */
  expires_in: number;
  /**
   * The permissions of the token at this moment, separated by spaces.
   * @example 'account:self finance:read'
   */
  scope: string;
}

/** An error of an OAuth endpoint (RFC 6749 §5.2). */
export class OAuthErrorDto {
  /** @example invalid_grant */
  error: string;
  /** @example 'The user name or the password is wrong.' */
  error_description: string;
}
