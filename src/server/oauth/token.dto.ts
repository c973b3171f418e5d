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
  /** With the grant type `refresh_token`: the one of the answer before. */
  refresh_token?: string;
  /**
   * Permissions to narrow the token to, separated by spaces. Left out: the token follows the account.
   * @example finance:read
   */
  scope?: string;
  /**
   * The audience that the token is for (RFC 8707). Left out: the client's own. The first-party client may ask for that
   * of any active client.
   * @example https://shop.example
   */
  resource?: string;
  /** The client; left out: the built-in first-party client. */
  client_id?: string;
  /** The secret of a confidential client, unless it comes by Basic. */
  client_secret?: string;
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
  /** Good for one use (RFC 6749 §6); there where the client may refresh. */
  refresh_token?: string;
  /**
   * The permissions of the token at this moment, separated by spaces.
   * @example 'account:self finance:read'
   */
  scope: string;
}

/** The form that `POST /revoke` and `POST /introspect` take (RFC 7009 §2.1, RFC 7662 §2.1). For the OpenAPI document. */
export class AboutTokenDto {
  /** An access token or a refresh token. */
  token: string;
  /**
   * Which of both it is. Ignored: it can be told from the token.
   * @example refresh_token
   */
  token_type_hint?: string;
  /** The client; left out: the built-in first-party client. */
  client_id?: string;
  /** The secret of a confidential client, unless it comes by Basic. */
  client_secret?: string;
}

/** An error of an OAuth endpoint (RFC 6749 §5.2). */
export class OAuthErrorDto {
  /** @example invalid_grant */
  error: string;
  /** @example 'The user name or the password is wrong.' */
  error_description: string;
}
