import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is to be called after a restore or a failover that may have lost something: `SELECT gatehouse.after_restore()`. */
export class CoreAfterRestore1763800000040 implements MigrationInterface {
  readonly name = 'CoreAfterRestore1763800000040';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- A backup remembers tokens as alive that were revoked after it was made. So all of them end, and with them every
      -- session; running instances find another incarnation of the database and drop what they hold.
      CREATE FUNCTION gatehouse.after_restore() RETURNS void LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE gatehouse.incarnation SET id = gen_random_uuid();
        UPDATE gatehouse.sessions SET ended_at = now() WHERE ended_at IS NULL;
        UPDATE gatehouse.tokens SET revoked_at = now() WHERE revoked_at IS NULL;
        PERFORM gatehouse.record_change('all', '');
      END $$;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP FUNCTION gatehouse.after_restore');
  }
}
