/** What is said of a token (RFC 7662 §2.2). Of one that isn't active, `active` alone. */
export class IntrospectionDto {
  /** @example true */
  active: boolean;
  /**
   * The permissions that are in force now, separated by spaces.
   * @example 'account:self finance:read'
   */
  scope?: string;
  /** @example gatehouse */
  client_id?: string;
  /** @example frank */
  username?: string;
  /** Of an access token: whether the account is a person’s or a service’s. */
  kind?: 'user' | 'service';
  /** Of an access token: how the account is to be called. */
  name?: string;
  /** @example Bearer */
  token_type?: 'Bearer' | 'refresh_token';
  /** Seconds since 1970. */
  exp?: number;
  /** Seconds since 1970. */
  iat?: number;
  /** The account’s id. */
  sub?: string;
  /** Whom the token is for: a text, or several. */
  aud?: string;
  iss?: string;
  jti?: string;
  groups?: string[];
  roles?: string[];
  /** The same as `scope`, as a list. */
  permissions?: string[];
  /** Whether the token is limited to a scope for good, or follows the account. */
  narrowed?: boolean;
  /** The session of an access token; left out where it has none. */
  sid?: string;
  /**
   * Of an access token: the position in the change log up to which all counts in this answer.
   * @example '0b2d3c9a-5f0e-4f0a-9c55-0d2f0d7a1b11:42'
   */
  as_of?: string;
}
