import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What registered clients have beside the built-in one: secrets, audiences, addresses. */
export class CoreClientSettings1763800000010 implements MigrationInterface {
  readonly name = 'CoreClientSettings1763800000010';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE gatehouse.clients
        -- Audiences beside its own that it may ask for (RFC 8707).
        ADD COLUMN resources text[] NOT NULL DEFAULT '{}',
        ADD COLUMN permission_prefixes text[] NOT NULL DEFAULT '{}',
        ADD COLUMN redirect_uris text[] NOT NULL DEFAULT '{}',
        -- A client id must never be taken for an account's (RFC 9700 §4.15), and those are UUIDs.
        ADD CONSTRAINT clients_id_is_no_uuid
          CHECK (client_id !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'),
        -- Two clients of one id that follow each other never share an epoch: what was under way for the former one
        -- when it was deleted isn't entered for the new one.
        ALTER COLUMN epoch SET DEFAULT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
      -- Ids are told apart by case (RFC 6749 appendix A.1), people don't.
      CREATE UNIQUE INDEX clients_id_folded ON gatehouse.clients (lower(client_id));
      CREATE UNIQUE INDEX clients_audience ON gatehouse.clients (audience);
      DROP INDEX gatehouse.clients_account;
      CREATE UNIQUE INDEX clients_account ON gatehouse.clients (account_id);

      CREATE TABLE gatehouse.client_secrets (
        -- SHA-256. The secrets are random, 256 bits: nothing slower is needed.
        hash bytea PRIMARY KEY CHECK (length(hash) = 32),
        client_id text NOT NULL REFERENCES gatehouse.clients ON DELETE CASCADE,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        -- Of the former one during a change-over; null for the present one.
        expires_at timestamptz
      );
      CREATE INDEX client_secrets_client ON gatehouse.client_secrets (client_id);
      CREATE UNIQUE INDEX client_secrets_present ON gatehouse.client_secrets (client_id) WHERE expires_at IS NULL;
      -- Who has held credentials to be good must hear of a secret that isn't any more.
      CREATE TRIGGER client_secrets_change AFTER UPDATE OR DELETE ON gatehouse.client_secrets
        FOR EACH ROW EXECUTE FUNCTION gatehouse.change('client', 'client_id');
      CREATE TRIGGER client_secrets_truncate AFTER TRUNCATE ON gatehouse.client_secrets
        EXECUTE FUNCTION gatehouse.change_all();
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE gatehouse.client_secrets;
      DROP INDEX gatehouse.clients_id_folded, gatehouse.clients_audience, gatehouse.clients_account;
      CREATE INDEX clients_account ON gatehouse.clients (account_id);
      ALTER TABLE gatehouse.clients ALTER COLUMN epoch SET DEFAULT 0, DROP CONSTRAINT clients_id_is_no_uuid,
        DROP COLUMN redirect_uris, DROP COLUMN permission_prefixes, DROP COLUMN resources;
    `);
  }
}
