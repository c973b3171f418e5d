import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The change log: what died or changed, for everybody who holds an opinion about it. Triggers on the tables that matter
 * write it, so that neither an import, nor the command line, nor SQL by hand can forget to.
 *
 * `position` is given at COMMIT, by a deferred trigger under an advisory lock that lasts until the transaction is
 * visible: positions are in commit order, so a reader that has seen one has seen all below it. A plain sequence isn't:
 * a transaction that took its number early and commits late would be passed over for good.
 */
export class CoreChanges1763800000001 implements MigrationInterface {
  readonly name = 'CoreChanges1763800000001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- A position from another incarnation of the database means nothing here.
      CREATE TABLE gatehouse.incarnation (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        created_at timestamptz NOT NULL DEFAULT now(),
        only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one)
      );
      INSERT INTO gatehouse.incarnation DEFAULT VALUES;

      -- Rows up to this position have been swept away: a reader that is behind it has missed some.
      CREATE TABLE gatehouse.change_sweep (
        swept_to bigint NOT NULL DEFAULT 0,
        only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one)
      );
      INSERT INTO gatehouse.change_sweep DEFAULT VALUES;

      CREATE TABLE gatehouse.changes (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        position bigint UNIQUE,
        kind text NOT NULL CHECK (kind IN ('token', 'session', 'account', 'client', 'rbac', 'keys', 'all')),
        subject text NOT NULL,
        transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX changes_without_position ON gatehouse.changes (transaction) WHERE position IS NULL;
      CREATE INDEX changes_all_without_position ON gatehouse.changes (transaction) WHERE position IS NULL AND kind = 'all';
      CREATE SEQUENCE gatehouse.change_position;

      CREATE FUNCTION gatehouse.assign_change_position() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        -- The first row of a transaction gives all of them their positions; the others find nothing to do.
        IF EXISTS (SELECT FROM gatehouse.changes WHERE id = NEW.id AND position IS NULL) THEN
          PERFORM pg_advisory_xact_lock(hashtextextended('gatehouse.changes', 0));
          UPDATE gatehouse.changes SET position = nextval('gatehouse.change_position')
            WHERE transaction = pg_current_xact_id() AND position IS NULL;
        END IF;
        RETURN NULL;
      END $$;
      CREATE CONSTRAINT TRIGGER changes_assign_position AFTER INSERT ON gatehouse.changes
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION gatehouse.assign_change_position();

      -- Beyond 500 changes a transaction says "all" once and no more, so that a large import neither fills the log nor
      -- holds the lock for long. The rows themselves are counted: they go back with a savepoint, and nobody can set them.
      CREATE FUNCTION gatehouse.record_change(kind text, subject text) RETURNS void LANGUAGE plpgsql AS $$
      DECLARE
        recorded integer;
      BEGIN
        -- Where all is said there is nothing to add; found without counting, which each of a million rows would pay for.
        IF EXISTS (SELECT FROM gatehouse.changes
                    WHERE transaction = pg_current_xact_id() AND position IS NULL AND changes.kind = 'all') THEN
          RETURN;
        END IF;
        recorded := 1 + (SELECT count(*) FROM gatehouse.changes
                          WHERE transaction = pg_current_xact_id() AND position IS NULL);
        IF recorded = 501 THEN
          INSERT INTO gatehouse.changes (kind, subject) VALUES ('all', '');
        ELSE
          INSERT INTO gatehouse.changes (kind, subject) VALUES (record_change.kind, record_change.subject);
        END IF;
        -- For the embedded database, whose one process hears it at commit, before the statement that commits returns.
        PERFORM pg_notify('gatehouse_changes', CASE WHEN recorded = 501 THEN 'all ' ELSE record_change.kind || ' ' || record_change.subject END);
      END $$;

      -- EXECUTE FUNCTION gatehouse.change('account', 'id', 'last_login_at'): of the row's column "id", before and after.
      -- Further arguments name the columns that matter to nobody's rights; an update of others is recorded, so that a
      -- column that is added later is watched unless somebody says that it needn't be.
      CREATE FUNCTION gatehouse.change() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
        new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
        before text := old_row ->> TG_ARGV[1];
        after text := new_row ->> TG_ARGV[1];
      BEGIN
        IF TG_OP = 'UPDATE' AND old_row - TG_ARGV[2:] IS NOT DISTINCT FROM new_row - TG_ARGV[2:] THEN RETURN NULL; END IF;
        IF before IS NOT NULL THEN PERFORM gatehouse.record_change(TG_ARGV[0], before); END IF;
        IF after IS NOT NULL AND after IS DISTINCT FROM before THEN PERFORM gatehouse.record_change(TG_ARGV[0], after); END IF;
        RETURN NULL;
      END $$;

      CREATE FUNCTION gatehouse.change_all() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM gatehouse.record_change('all', '');
        RETURN NULL;
      END $$;

      -- Switching an account or a client off or on moves its epoch: what was issued before stays dead afterwards.
      CREATE FUNCTION gatehouse.move_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NEW.epoch := greatest(NEW.epoch, OLD.epoch + CASE WHEN NEW.is_active IS DISTINCT FROM OLD.is_active THEN 1 ELSE 0 END);
        RETURN NEW;
      END $$;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP FUNCTION gatehouse.move_epoch, gatehouse.change_all, gatehouse.change, gatehouse.record_change;
      DROP TABLE gatehouse.changes, gatehouse.change_sweep, gatehouse.incarnation;
      DROP FUNCTION gatehouse.assign_change_position;
      DROP SEQUENCE gatehouse.change_position;
    `);
  }
}
