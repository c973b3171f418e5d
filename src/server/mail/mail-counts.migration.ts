import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who is at which mail, and how many mails an address was sent lately. */
export class CoreMailCounts1763800000086 implements MigrationInterface {
  readonly name = 'CoreMailCounts1763800000086';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- An instance that is sending it has it until then; if that died, another one takes it.
      ALTER TABLE gatehouse.mails ADD COLUMN claimed_until timestamptz;
      CREATE INDEX mails_given_up ON gatehouse.mails (given_up_at) WHERE given_up_at IS NOT NULL;

      CREATE TABLE gatehouse.mail_counts (
        kind text NOT NULL,
        -- The address as it is compared.
        recipient_key text NOT NULL,
        -- When the last ones were, oldest first.
        enqueued_at timestamptz[] NOT NULL DEFAULT ARRAY[now()],
        PRIMARY KEY (kind, recipient_key)
      );
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE gatehouse.mail_counts;
      DROP INDEX gatehouse.mails_given_up;
      ALTER TABLE gatehouse.mails DROP COLUMN claimed_until;
    `);
  }
}
