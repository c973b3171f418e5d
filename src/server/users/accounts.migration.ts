import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People and service accounts. Identity is (source, id), never the name. */
export class CoreAccounts1763800000002 implements MigrationInterface {
  readonly name = 'CoreAccounts1763800000002';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gatehouse.accounts (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        kind text NOT NULL DEFAULT 'user' CHECK (kind IN ('user', 'service')),
        source text NOT NULL DEFAULT 'local',
        username text NOT NULL,
        -- The name as it is compared (see name-key.ts). A user name has no @, so it never equals a mail address.
        username_key text NOT NULL UNIQUE CHECK (position('@' IN username_key) = 0),
        email text,
        email_key text UNIQUE,
        name text NOT NULL DEFAULT '',
        description text NOT NULL DEFAULT '',
        password_hash text CHECK (kind = 'user' OR password_hash IS NULL),
        must_change_password boolean NOT NULL DEFAULT false,
        is_active boolean NOT NULL DEFAULT true,
        is_verified boolean NOT NULL DEFAULT false,
        epoch bigint NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        last_login_at timestamptz
      );
      CREATE TRIGGER accounts_move_epoch BEFORE UPDATE ON gatehouse.accounts
        FOR EACH ROW EXECUTE FUNCTION gatehouse.move_epoch();
      CREATE TRIGGER accounts_change AFTER UPDATE OR DELETE ON gatehouse.accounts FOR EACH ROW
        EXECUTE FUNCTION gatehouse.change('account', 'id', 'last_login_at', 'updated_at', 'password_hash', 'description',
          'email', 'email_key', 'is_verified', 'must_change_password');
      CREATE TRIGGER accounts_truncate AFTER TRUNCATE ON gatehouse.accounts EXECUTE FUNCTION gatehouse.change_all();
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE gatehouse.accounts');
  }
}
