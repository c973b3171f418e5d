import { ApiProperty } from '@nestjs/swagger';
import { CLIENT_SECRET, RESOURCE } from '../clients/client.schemas.js';
import { FORM_LIMIT } from '../http/limits.js';
import { CLIENT_ID } from '../names/client-id.schema.js';
import { OAUTH_ERROR_CODES } from './oauth-error.js';
import { SCOPE } from './scope.js';
import { ACCESS_TOKEN, REFRESH_TOKEN } from '../tokens/token.schemas.js';

/** The form that `POST /token` takes. For the OpenAPI document: the endpoint parses its own form (RFC 6749 §3.2). */
export class TokenRequestDto {
  /**
   * May be left out with username and password.
   * @example password
   */
  @ApiProperty({ enum: ['password', 'refresh_token', 'client_credentials'] })
  grant_type?: string;
  /**
   * A user name or mail address.
   * @example frank
   */
  @ApiProperty({ maxLength: FORM_LIMIT })
  username?: string;
  /** The password, verbatim. */
  @ApiProperty({ format: 'password', maxLength: FORM_LIMIT })
  password?: string;
  /** With the grant type `refresh_token`: the one of the answer before. */
  @ApiProperty(REFRESH_TOKEN)
  refresh_token?: string;
  /**
   * Permissions to narrow the token to, separated by spaces. Left out: the token follows the account.
   * @example finance:read
   */
  @ApiProperty({ ...SCOPE, maxLength: FORM_LIMIT })
  scope?: string;
  /**
   * The audience that the token is for (RFC 8707). Left out: the client's own. The first-party client may ask for that
   * of any active client.
   * @example https://shop.example
   */
  @ApiProperty({ ...RESOURCE, maxLength: FORM_LIMIT })
  resource?: string;
  /** The client; left out: the built-in first-party client. */
  @ApiProperty(CLIENT_ID)
  client_id?: string;
  /** The secret of a confidential client, unless it comes by Basic. */
  @ApiProperty(CLIENT_SECRET)
  client_secret?: string;
}

/** A token (RFC 6749 §5.1). */
export class TokenResponseDto {
  /** The access token: a JWT (RFC 9068). */
  @ApiProperty(ACCESS_TOKEN)
  access_token: string;
  /** @example Bearer */
  token_type: 'Bearer';
  /**
   * Lifetime in seconds.
   * @example 3600
   */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
  expires_in: number;
  /** Good for one use (RFC 6749 §6); there where the client may refresh. */
  @ApiProperty(REFRESH_TOKEN)
  refresh_token?: string;
  /**
   * The permissions of the token at this moment, separated by spaces.
   * @example 'account:self finance:read'
   */
  @ApiProperty(SCOPE)
  scope: string;
}

/** The form that `POST /revoke` and `POST /introspect` take (RFC 7009 §2.1, RFC 7662 §2.1). For the OpenAPI document. */
export class AboutTokenDto {
  /** An access token or a refresh token. */
  @ApiProperty({ maxLength: FORM_LIMIT })
  token: string;
  /**
   * Which of both it is. Ignored: it can be told from the token.
   * @example refresh_token
   */
  @ApiProperty({ maxLength: FORM_LIMIT })
  token_type_hint?: string;
  /** The client; left out: the built-in first-party client. */
  @ApiProperty(CLIENT_ID)
  client_id?: string;
  /** The secret of a confidential client, unless it comes by Basic. */
  @ApiProperty(CLIENT_SECRET)
  client_secret?: string;
}

/** A question about a token (RFC 7662 §2.1). */
export class IntrospectionRequestDto extends AboutTokenDto {
  /**
   * Says that the caller lets nobody in whose answer has `password_change_required`. Without it the tokens of those who
   * have yet to change a password that somebody else has set are inactive.
   */
  @ApiProperty({ enum: ['password_change_required'] })
  understands?: string;
}

/** An error of an OAuth endpoint (RFC 6749 §5.2). */
export class OAuthErrorDto {
  /** @example invalid_grant */
  // `invalid_token`: a bearer token came with the request, and is no good (RFC 6750 §3.1).
  @ApiProperty({ enum: [...OAUTH_ERROR_CODES, 'invalid_token'] })
  error: string;
  /** @example 'The user name or the password is wrong.' */
  @ApiProperty({ maxLength: 500, pattern: String.raw`^[\x20\x21\x23-\x5B\x5D-\x7E]*$` })
  error_description: string;
}
