import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The records of employees, and a few to look at. */
export class DemoEmployees1763900000003 implements MigrationInterface {
  readonly name = 'DemoEmployees1763900000003';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gatehouse.demo_employees (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        name text NOT NULL,
        job_title text NOT NULL,
        -- An account, but no foreign key: a module of a team doesn't hang on the service's own tables.
        account_id uuid UNIQUE,
        -- Whole milliseconds, as JavaScript has them: a cursor must find its row again.
        created_at timestamptz(3) NOT NULL DEFAULT now()
      );
      CREATE INDEX demo_employees_newest ON gatehouse.demo_employees (created_at, id);
      INSERT INTO gatehouse.demo_employees (name, job_title) VALUES
        ('Maria Moreno', 'Head of marketing'),
        ('Frank Fischer', 'Accountant'),
        ('Heidi Huber', 'Head of human resources');
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE gatehouse.demo_employees');
  }
}
