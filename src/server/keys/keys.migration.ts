import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Signing keys: next → active → retired → gone; revoked in an emergency. The private half is encrypted. */
export class CoreKeys1763800000005 implements MigrationInterface {
  readonly name = 'CoreKeys1763800000005';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gatehouse.signing_keys (
        kid text PRIMARY KEY,
        algorithm text NOT NULL CHECK (algorithm IN ('RS256', 'ES256')),
        state text NOT NULL CHECK (state IN ('next', 'active', 'retired', 'revoked')),
        public_jwk jsonb NOT NULL,
        private_key_encrypted bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        activated_at timestamptz,
        retired_at timestamptz
      );
      -- One active key and one next, whatever two instances do at once.
      CREATE UNIQUE INDEX signing_keys_one_each ON gatehouse.signing_keys (state) WHERE state IN ('next', 'active');
      CREATE TRIGGER signing_keys_change AFTER INSERT OR UPDATE OR DELETE ON gatehouse.signing_keys
        FOR EACH ROW EXECUTE FUNCTION gatehouse.change('keys', 'kid');
      CREATE TRIGGER signing_keys_truncate AFTER TRUNCATE ON gatehouse.signing_keys
        EXECUTE FUNCTION gatehouse.change_all();
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE gatehouse.signing_keys');
  }
}
