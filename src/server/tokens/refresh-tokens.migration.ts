import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ALIVE, TOKENS } from './liveness.js';

/**
 * Refresh tokens in the registry. They come in generations of their session: the first token of a generation that is
 * used begins the next one, and supersedes its siblings with itself.
 */
export class CoreRefreshTokens1763800000020 implements MigrationInterface {
  readonly name = 'CoreRefreshTokens1763800000020';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE gatehouse.sessions ADD COLUMN generation integer NOT NULL DEFAULT 0;
      ALTER TABLE gatehouse.tokens
        -- SHA-256: they are random, so nothing slower is needed, and whoever reads the table holds no token.
        ADD COLUMN refresh_hash bytea CHECK ((refresh_hash IS NULL) = (kind <> 'refresh')),
        ADD COLUMN generation integer CHECK ((generation IS NULL) = (kind <> 'refresh')),
        -- When the first of its generation was used.
        ADD COLUMN superseded_at timestamptz;
      -- A new generation is no news: nothing that is held in memory hangs on it.
      CREATE OR REPLACE TRIGGER sessions_change AFTER UPDATE ON gatehouse.sessions FOR EACH ROW
        EXECUTE FUNCTION gatehouse.change('session', 'id', 'last_used_at', 'address', 'agent', 'generation');
      CREATE UNIQUE INDEX tokens_refresh_hash ON gatehouse.tokens (refresh_hash) WHERE refresh_hash IS NOT NULL;
      CREATE INDEX tokens_generation ON gatehouse.tokens (session_id, generation) WHERE generation IS NOT NULL;
      CREATE INDEX tokens_issued ON gatehouse.tokens (issued_at);

      -- Each statement in here sees what was committed before it began: the rule is asked once the lock is there. When
      -- the rule of liveness.ts changes, a new migration replaces this function; a test compares both.
      CREATE FUNCTION gatehouse.rotate_refresh_token(
        session uuid, hash bytea, leeway float8, access_jti uuid, access_kid text, access_audience text[], access_scope text[],
        issued float8, access_expires float8, refresh_jti uuid, new_hash bytea, refresh_expires float8, caller text, agent_of text
      ) RETURNS text LANGUAGE plpgsql AS $$
      DECLARE
        presented record;
        present integer;
      BEGIN
        PERFORM FROM gatehouse.sessions WHERE id = session FOR UPDATE;
        SELECT tokens.jti, tokens.account_id, tokens.client_id, tokens.audience, tokens.scope, tokens.generation,
               tokens.superseded_at INTO presented
          FROM ${TOKENS}
         WHERE tokens.refresh_hash = hash AND tokens.session_id = session AND sessions.expires_at > now()
           AND ${ALIVE};
        IF NOT FOUND OR NOT EXISTS (SELECT FROM gatehouse.signing_keys WHERE kid = access_kid AND state = 'active') THEN
          RETURN 'refused';
        END IF;
        IF presented.superseded_at IS NOT NULL
          -- With no leeway always, whatever the clock says.
          AND (leeway = 0 OR extract(epoch FROM clock_timestamp() - presented.superseded_at) >= leeway) THEN
          UPDATE gatehouse.sessions SET ended_at = now() WHERE id = session;
          RETURN 'reused';
        END IF;
        -- The first of a generation begins the next one; one that comes back gets a sibling of the present one.
        UPDATE gatehouse.sessions SET last_used_at = now(),
               generation = generation + (presented.superseded_at IS NULL)::integer
         WHERE id = session RETURNING generation INTO present;
        IF presented.superseded_at IS NULL THEN
          UPDATE gatehouse.tokens SET superseded_at = clock_timestamp(),
                 last_used_at = CASE WHEN refresh_hash = hash THEN now() ELSE last_used_at END
           WHERE session_id = session AND generation = presented.generation;
        END IF;
        INSERT INTO gatehouse.tokens
          (jti, kind, kid, account_id, client_id, session_id, audience, scope, issued_at, expires_at, address, agent,
           refresh_hash, generation)
        VALUES
          (access_jti, 'access', access_kid, presented.account_id, presented.client_id, session, access_audience,
           access_scope, to_timestamp(issued), to_timestamp(access_expires), caller, agent_of, NULL, NULL),
          (refresh_jti, 'refresh', NULL, presented.account_id, presented.client_id, session, presented.audience,
           presented.scope, to_timestamp(issued), to_timestamp(refresh_expires), caller, agent_of, new_hash, present);
        RETURN 'rotated';
      END $$;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP FUNCTION gatehouse.rotate_refresh_token;
      DROP INDEX gatehouse.tokens_issued;
      ALTER TABLE gatehouse.tokens DROP COLUMN refresh_hash, DROP COLUMN generation, DROP COLUMN superseded_at;
      CREATE OR REPLACE TRIGGER sessions_change AFTER UPDATE ON gatehouse.sessions FOR EACH ROW
        EXECUTE FUNCTION gatehouse.change('session', 'id', 'last_used_at', 'address', 'agent');
      ALTER TABLE gatehouse.sessions DROP COLUMN generation;
    `);
  }
}
