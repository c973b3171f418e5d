/** The registry's rows, each beside what it hangs on: a `FROM` list. */
export const TOKENS = `gatehouse.tokens
  JOIN gatehouse.accounts ON accounts.id = tokens.account_id
  JOIN gatehouse.clients ON clients.client_id = tokens.client_id
  LEFT JOIN gatehouse.sessions ON sessions.id = tokens.session_id
  LEFT JOIN gatehouse.signing_keys ON signing_keys.kid = tokens.kid`;

/**
 * Whether a row of {@link TOKENS} is alive: not revoked, its session not ended, issued in the epochs that its account and
 * client still have, both of them active, and its key not revoked. Computed at each look and flagged nowhere, so that
 * there is no second place that could say otherwise. A refresh token may be alive and used.
 */
export const ALIVE = `tokens.revoked_at IS NULL AND tokens.expires_at > now() AND sessions.ended_at IS NULL
  AND accounts.is_active AND accounts.epoch = coalesce(sessions.account_epoch, tokens.account_epoch)
  AND clients.is_active AND clients.epoch = coalesce(sessions.client_epoch, tokens.client_epoch)
  AND signing_keys.state IS DISTINCT FROM 'revoked'`;
