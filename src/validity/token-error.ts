/** Why a token was refused. For the log: callers hear `invalid_token` whatever the reason. */
export type InvalidTokenReason =
  'malformed' | 'algorithm' | 'type' | 'critical' | 'key' | 'signature' | 'claims' | 'expired' | 'unknown' | 'revoked';

/** The token is no good, and won't become so. */
export class InvalidTokenError extends Error {
  override readonly name = 'InvalidTokenError';

  constructor(readonly reason: InvalidTokenReason) {
    super(`invalid token: ${reason}`);
  }
}

/** Whether the token is good can't be told now: the database is gone, or the news is too old to be trusted. */
export class ValidityUnknownError extends Error {
  override readonly name = 'ValidityUnknownError';

  constructor(options?: ErrorOptions) {
    super('the validity of tokens can’t be told at the moment', options);
  }
}
