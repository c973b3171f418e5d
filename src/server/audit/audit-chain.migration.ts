import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The chain over the audit events, and the events that aren't in it yet. It stands in a table of its own, so that no
 * event is ever updated, and whoever writes one waits for nobody.
 */
export class CoreAuditChain1763800000061 implements MigrationInterface {
  readonly name = 'CoreAuditChain1763800000061';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gatehouse.audit_chain (
        sequence bigint PRIMARY KEY CHECK (sequence > 0),
        -- No foreign key: that an event was deleted must show here.
        event_id bigint NOT NULL UNIQUE,
        hash bytea NOT NULL CHECK (length(hash) = 32)
      );

      -- Ids are given before the commit, so events become visible in another order than that of their ids: a sealer that
      -- remembered the last id would pass over those that come late. What is in here has yet to be sealed, whenever it came.
      CREATE TABLE gatehouse.audit_unsealed (event_id bigint PRIMARY KEY);
      INSERT INTO gatehouse.audit_unsealed SELECT id FROM gatehouse.audit_events;
      CREATE FUNCTION gatehouse.note_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO gatehouse.audit_unsealed (event_id) VALUES (NEW.id);
        RETURN NULL;
      END $$;
      CREATE TRIGGER audit_events_unsealed AFTER INSERT ON gatehouse.audit_events FOR EACH ROW
        EXECUTE FUNCTION gatehouse.note_unsealed();

      -- "user." of "user.created".
      CREATE INDEX audit_events_area ON gatehouse.audit_events (split_part(kind, '.', 1), at, id);
      -- By name, for accounts that are gone.
      CREATE INDEX audit_events_actor_username ON gatehouse.audit_events (actor_username, at, id);

      -- For the owner of the tables, once what goes has been exported and verified. Takes what is older, up to the first
      -- event in the chain that isn't. The last link stays, without its event: the chain goes on from it, and its hash is
      -- what a verification has to be told.
      CREATE FUNCTION gatehouse.cut_audit_events(older_than timestamptz, OUT sequence bigint, OUT hash text, OUT events bigint)
        LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('gatehouse.audit', 0));
        SELECT coalesce(min(link.sequence) FILTER (WHERE event.at >= older_than) - 1, max(link.sequence)) INTO sequence
          FROM gatehouse.audit_chain AS link LEFT JOIN gatehouse.audit_events AS event ON event.id = link.event_id;
        DELETE FROM gatehouse.audit_events AS event USING gatehouse.audit_chain AS link
         WHERE event.id = link.event_id AND link.sequence <= cut_audit_events.sequence;
        GET DIAGNOSTICS events = ROW_COUNT;
        DELETE FROM gatehouse.audit_chain AS link WHERE link.sequence < cut_audit_events.sequence;
        SELECT encode(link.hash, 'hex') INTO hash FROM gatehouse.audit_chain AS link
         WHERE link.sequence = cut_audit_events.sequence;
      END $$;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP FUNCTION gatehouse.cut_audit_events;
      DROP INDEX gatehouse.audit_events_area, gatehouse.audit_events_actor_username;
      DROP TRIGGER audit_events_unsealed ON gatehouse.audit_events;
      DROP FUNCTION gatehouse.note_unsealed;
      DROP TABLE gatehouse.audit_unsealed, gatehouse.audit_chain;
    `);
  }
}
