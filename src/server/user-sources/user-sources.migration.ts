import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accounts of people who live elsewhere. Identity is (source, id there), never the name. */
export class CoreUserSources1763800000083 implements MigrationInterface {
  readonly name = 'CoreUserSources1763800000083';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE gatehouse.accounts
        -- Null also for an account of another source that was imported without it: nobody logs in with that.
        ADD COLUMN source_id text CHECK (source <> 'local' OR source_id IS NULL),
        -- Switched off because the source says so, and so to be switched on when it says so.
        ADD COLUMN off_at_source boolean NOT NULL DEFAULT false CHECK (NOT (off_at_source AND is_active)),
        ADD CONSTRAINT accounts_password_is_local CHECK (source = 'local' OR (password_hash IS NULL AND NOT must_change_password)),
        ADD CONSTRAINT accounts_source_id_key UNIQUE (source, source_id);
      -- Whoever switches it on, the source's word of before is forgotten: the next one to switch it off may be somebody else.
      CREATE FUNCTION gatehouse.forget_off_at_source() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NEW.off_at_source := false;
        RETURN NEW;
      END $$;
      CREATE TRIGGER accounts_forget_off_at_source BEFORE UPDATE ON gatehouse.accounts
        FOR EACH ROW WHEN (NEW.is_active AND NEW.off_at_source) EXECUTE FUNCTION gatehouse.forget_off_at_source();
      -- The regular check goes through the people of a source in this order.
      CREATE INDEX accounts_by_source ON gatehouse.accounts (source, id) WHERE source <> 'local';

      -- What instances tell each other of the regular checks.
      CREATE TABLE gatehouse.user_sources (
        name text PRIMARY KEY,
        checked_at timestamptz,
        -- One instance is at it until then, unless it says that it is done, or needs longer.
        busy_until timestamptz,
        -- So many would have lost their accounts at the last check, which were too many to be believed.
        held_back integer
      );
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE gatehouse.user_sources;
      DROP INDEX gatehouse.accounts_by_source;
      DROP TRIGGER accounts_forget_off_at_source ON gatehouse.accounts;
      DROP FUNCTION gatehouse.forget_off_at_source;
      ALTER TABLE gatehouse.accounts DROP CONSTRAINT accounts_source_id_key, DROP CONSTRAINT accounts_password_is_local,
        DROP COLUMN off_at_source, DROP COLUMN source_id;
    `);
  }
}
