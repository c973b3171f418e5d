import type { ActiveClient } from '../../clients/clients.service.js';
import type { Form } from '../../http/form.js';

/** A request to the token endpoint whose client is known. */
export interface TokenRequest {
  readonly form: Form;
  readonly client: ActiveClient;
  /** Undefined when none was asked for, or an empty one. */
  readonly scope: readonly string[] | undefined;
  /** The audience that was asked for, which the client may ask for; undefined when none was (RFC 8707 §2). */
  readonly resource: string | undefined;
  /** The caller's address, and its User-Agent. */
  readonly address: string;
  readonly agent: string;
  /** The request's id, as the log has it. */
  readonly requestId: string;
}

/** What the token endpoint answers (RFC 6749 §5.1). */
export interface TokenResponse {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  /** Seconds. */
  readonly expires_in: number;
  readonly refresh_token?: string;
  /** Space-separated. */
  readonly scope: string;
}

/** One way to get a token. An extension point: provide it, and list it in `OAuthModule`. */
export interface Grant {
  /** The `grant_type` that asks for it. */
  readonly type: string;

  /** @throws OAuthError, DomainError `overloaded` */
  issue(request: TokenRequest): Promise<TokenResponse>;
}
