import type { MigrationInterface, QueryRunner } from 'typeorm';

/** OAuth clients (RFC 6749 §2). The first-party one, public and built in, is what the password grant uses without a client. */
export class CoreClients1763800000004 implements MigrationInterface {
  readonly name = 'CoreClients1763800000004';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gatehouse.clients (
        client_id text PRIMARY KEY,
        name text NOT NULL,
        confidential boolean NOT NULL DEFAULT true,
        built_in boolean NOT NULL DEFAULT false,
        -- The service account that the client acts as with client_credentials.
        account_id uuid REFERENCES gatehouse.accounts ON DELETE CASCADE,
        grants text[] NOT NULL DEFAULT '{}',
        -- Names and patterns that its tokens are limited to; null: no limit.
        scopes text[],
        audience text,
        is_active boolean NOT NULL DEFAULT true,
        epoch bigint NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX clients_account ON gatehouse.clients (account_id);
      INSERT INTO gatehouse.clients (client_id, name, confidential, built_in, grants)
        VALUES ('gatehouse', 'Gatehouse', false, true, '{password,refresh_token}');

      CREATE TRIGGER clients_move_epoch BEFORE UPDATE ON gatehouse.clients
        FOR EACH ROW EXECUTE FUNCTION gatehouse.move_epoch();
      CREATE TRIGGER clients_change AFTER UPDATE OR DELETE ON gatehouse.clients FOR EACH ROW
        EXECUTE FUNCTION gatehouse.change('client', 'client_id', 'name', 'updated_at');
      CREATE TRIGGER clients_truncate AFTER TRUNCATE ON gatehouse.clients EXECUTE FUNCTION gatehouse.change_all();
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE gatehouse.clients');
  }
}
