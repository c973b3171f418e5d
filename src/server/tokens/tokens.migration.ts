import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Sessions (one login each) and the registry of tokens. Whether a token is alive is computed from what it hangs on,
 * never flagged in many places: its own row, its session, the epochs of account and client, its key.
 */
export class CoreTokens1763800000006 implements MigrationInterface {
  readonly name = 'CoreTokens1763800000006';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gatehouse.sessions (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        account_id uuid NOT NULL REFERENCES gatehouse.accounts ON DELETE CASCADE,
        client_id text NOT NULL REFERENCES gatehouse.clients ON DELETE CASCADE,
        -- As they were before the password was checked: a disabling during the check counts.
        account_epoch bigint NOT NULL,
        client_epoch bigint NOT NULL,
        address text NOT NULL DEFAULT '',
        agent text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT now(),
        last_used_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        ended_at timestamptz
      );
      CREATE INDEX sessions_account ON gatehouse.sessions (account_id);
      CREATE INDEX sessions_client ON gatehouse.sessions (client_id);
      CREATE INDEX sessions_expires ON gatehouse.sessions (expires_at);

      CREATE TABLE gatehouse.tokens (
        jti uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('access', 'refresh', 'service')),
        account_id uuid NOT NULL REFERENCES gatehouse.accounts ON DELETE CASCADE,
        client_id text NOT NULL REFERENCES gatehouse.clients ON DELETE CASCADE,
        -- A token of a session inherits the session's epochs; one without has its own.
        session_id uuid REFERENCES gatehouse.sessions ON DELETE CASCADE,
        account_epoch bigint CHECK ((account_epoch IS NULL) = (session_id IS NOT NULL)),
        client_epoch bigint CHECK ((client_epoch IS NULL) = (session_id IS NOT NULL)),
        -- Null for what isn't signed.
        kid text REFERENCES gatehouse.signing_keys ON DELETE CASCADE CHECK ((kid IS NULL) = (kind = 'refresh')),
        audience text[] NOT NULL,
        -- What the token was narrowed to; null when it wasn't.
        scope text[],
        name text,
        address text NOT NULL DEFAULT '',
        agent text NOT NULL DEFAULT '',
        issued_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        last_used_at timestamptz,
        revoked_at timestamptz
      );
      CREATE INDEX tokens_account ON gatehouse.tokens (account_id, issued_at);
      CREATE INDEX tokens_client ON gatehouse.tokens (client_id, issued_at);
      CREATE INDEX tokens_session ON gatehouse.tokens (session_id);
      CREATE INDEX tokens_kid ON gatehouse.tokens (kid, expires_at);
      CREATE INDEX tokens_expires ON gatehouse.tokens (expires_at);

      CREATE TRIGGER sessions_change AFTER UPDATE ON gatehouse.sessions FOR EACH ROW
        EXECUTE FUNCTION gatehouse.change('session', 'id', 'last_used_at', 'address', 'agent');
      -- What has expired is dead already: sweeping it away is no news.
      CREATE TRIGGER sessions_delete AFTER DELETE ON gatehouse.sessions FOR EACH ROW
        WHEN (OLD.expires_at > now()) EXECUTE FUNCTION gatehouse.change('session', 'id');
      CREATE TRIGGER sessions_truncate AFTER TRUNCATE ON gatehouse.sessions EXECUTE FUNCTION gatehouse.change_all();

      CREATE TRIGGER tokens_change AFTER UPDATE ON gatehouse.tokens FOR EACH ROW
        WHEN (OLD.kind <> 'refresh' OR NEW.kind <> 'refresh')
        EXECUTE FUNCTION gatehouse.change('token', 'jti', 'last_used_at', 'name', 'address', 'agent');
      CREATE TRIGGER tokens_delete AFTER DELETE ON gatehouse.tokens FOR EACH ROW
        WHEN (OLD.kind <> 'refresh' AND OLD.revoked_at IS NULL AND OLD.expires_at > now())
        EXECUTE FUNCTION gatehouse.change('token', 'jti');
      CREATE TRIGGER tokens_truncate AFTER TRUNCATE ON gatehouse.tokens EXECUTE FUNCTION gatehouse.change_all();
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE gatehouse.tokens, gatehouse.sessions');
  }
}
