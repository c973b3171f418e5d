import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The invoices, and a few to look at, which are nobody’s. */
export class DemoInvoices1763900000002 implements MigrationInterface {
  readonly name = 'DemoInvoices1763900000002';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gatehouse.demo_invoices (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        customer text NOT NULL,
        amount_cents bigint NOT NULL CHECK (amount_cents >= 1),
        currency text NOT NULL,
        -- Accounts, but no foreign keys: a module of a team doesn't hang on the service's own tables.
        created_by uuid,
        approved_by uuid CHECK (approved_by <> created_by),
        approved_at timestamptz CHECK ((approved_at IS NULL) = (approved_by IS NULL)),
        -- Whole milliseconds, as JavaScript has them: a cursor must find its row again.
        created_at timestamptz(3) NOT NULL DEFAULT now()
      );
      CREATE INDEX demo_invoices_newest ON gatehouse.demo_invoices (created_at, id);
      INSERT INTO gatehouse.demo_invoices (customer, amount_cents, currency) VALUES
        ('Orchard Ltd.', 119000, 'EUR'),
        ('Miller & Daughters', 4250, 'EUR'),
        ('Alpine Dairy', 780000, 'CHF');
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE gatehouse.demo_invoices');
  }
}
