import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Mails that wait to be sent. A row is deleted when its mail was handed over. */
export class CoreMails1763800000080 implements MigrationInterface {
  readonly name = 'CoreMails1763800000080';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gatehouse.mails (
        -- Also the left part of its Message-ID, which is the same at each attempt.
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        kind text NOT NULL,
        recipient text NOT NULL,
        account_id uuid REFERENCES gatehouse.accounts ON DELETE CASCADE,
        data jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT now(),
        due_at timestamptz NOT NULL DEFAULT now(),
        attempts integer NOT NULL DEFAULT 0,
        last_error text,
        -- Nobody tries any more.
        given_up_at timestamptz
      );
      CREATE INDEX mails_due ON gatehouse.mails (due_at) WHERE given_up_at IS NULL;
      CREATE INDEX mails_account ON gatehouse.mails (account_id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE gatehouse.mails');
  }
}
