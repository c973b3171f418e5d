import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who did what: rows are added, and never changed or deleted. */
export class CoreAuditEvents1763800000060 implements MigrationInterface {
  readonly name = 'CoreAuditEvents1763800000060';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gatehouse.audit_events (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        kind text NOT NULL,
        -- No foreign keys: what is said here outlives whom it is said of.
        actor_id uuid,
        actor_username text,
        target_type text,
        target_id text,
        target_name text,
        address text,
        agent text NOT NULL DEFAULT '',
        request_id text,
        before jsonb,
        after jsonb
      );
      CREATE INDEX audit_events_at ON gatehouse.audit_events (at, id);
      CREATE INDEX audit_events_kind ON gatehouse.audit_events (kind, at, id);
      CREATE INDEX audit_events_actor ON gatehouse.audit_events (actor_id, at, id);
      CREATE INDEX audit_events_target ON gatehouse.audit_events (target_id, at, id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE gatehouse.audit_events');
  }
}
