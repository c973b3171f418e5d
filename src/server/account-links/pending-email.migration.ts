import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The mail address that somebody wants to have, until it is shown to be theirs. */
export class CorePendingEmail1763800000082 implements MigrationInterface {
  readonly name = 'CorePendingEmail1763800000082';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE gatehouse.accounts ADD COLUMN pending_email text;
      -- What an address is asked to be decides nothing.
      DROP TRIGGER accounts_change ON gatehouse.accounts;
      CREATE TRIGGER accounts_change AFTER UPDATE OR DELETE ON gatehouse.accounts FOR EACH ROW
        EXECUTE FUNCTION gatehouse.change('account', 'id', 'last_login_at', 'updated_at', 'password_hash', 'description',
          'email', 'email_key', 'is_verified', 'pending_email', 'name_key', 'search_text');
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TRIGGER accounts_change ON gatehouse.accounts;
      CREATE TRIGGER accounts_change AFTER UPDATE OR DELETE ON gatehouse.accounts FOR EACH ROW
        EXECUTE FUNCTION gatehouse.change('account', 'id', 'last_login_at', 'updated_at', 'password_hash', 'description',
          'email', 'email_key', 'is_verified', 'must_change_password', 'name_key', 'search_text');
      ALTER TABLE gatehouse.accounts DROP COLUMN pending_email;
    `);
  }
}
