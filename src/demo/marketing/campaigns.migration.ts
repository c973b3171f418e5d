import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The campaigns, and a few to look at. */
export class DemoCampaigns1763900000001 implements MigrationInterface {
  readonly name = 'DemoCampaigns1763900000001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gatehouse.demo_campaigns (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        name text NOT NULL,
        channel text NOT NULL,
        budget_cents bigint NOT NULL CHECK (budget_cents >= 0),
        -- Whole milliseconds, as JavaScript has them: a cursor must find its row again.
        created_at timestamptz(3) NOT NULL DEFAULT now()
      );
      CREATE INDEX demo_campaigns_newest ON gatehouse.demo_campaigns (created_at, id);
      INSERT INTO gatehouse.demo_campaigns (name, channel, budget_cents) VALUES
        ('Spring sale', 'social', 250000),
        ('Customer letter', 'mail', 80000),
        ('Anniversary poster', 'print', 120000);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE gatehouse.demo_campaigns');
  }
}
