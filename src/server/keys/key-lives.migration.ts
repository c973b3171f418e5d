import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a key may pass through in its life while all that it has signed stays good. */
const LIFE = `'{state,activated_at,retired_at,private_key_encrypted}'::text[]`;

/**
 * A key that signs no more needs no private half: it is erased. And the change log tells the death of a key from the
 * rest of its life, so that a rotation doesn't make every instance forget all tokens that it knows.
 */
export class CoreKeyLives1763800000030 implements MigrationInterface {
  readonly name = 'CoreKeyLives1763800000030';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE gatehouse.signing_keys
        ALTER COLUMN private_key_encrypted DROP NOT NULL,
        ADD CONSTRAINT signing_keys_private CHECK (private_key_encrypted IS NOT NULL OR state IN ('retired', 'revoked'));

      -- With the kid when what it has signed may be dead now.
      DROP TRIGGER signing_keys_change ON gatehouse.signing_keys;
      CREATE TRIGGER signing_keys_change AFTER UPDATE ON gatehouse.signing_keys FOR EACH ROW
        WHEN ((OLD.state = 'revoked') IS DISTINCT FROM (NEW.state = 'revoked')
          OR to_jsonb(OLD) - ${LIFE} IS DISTINCT FROM to_jsonb(NEW) - ${LIFE})
        EXECUTE FUNCTION gatehouse.change('keys', 'kid');
      CREATE TRIGGER signing_keys_delete AFTER DELETE ON gatehouse.signing_keys
        FOR EACH ROW EXECUTE FUNCTION gatehouse.change('keys', 'kid');

      -- And without one in any case: the keys have to be read again.
      CREATE FUNCTION gatehouse.change_keys() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM gatehouse.record_change('keys', '');
        RETURN NULL;
      END $$;
      CREATE TRIGGER signing_keys_read AFTER INSERT OR UPDATE ON gatehouse.signing_keys
        EXECUTE FUNCTION gatehouse.change_keys();
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TRIGGER signing_keys_change ON gatehouse.signing_keys;
      DROP TRIGGER signing_keys_delete ON gatehouse.signing_keys;
      DROP TRIGGER signing_keys_read ON gatehouse.signing_keys;
      DROP FUNCTION gatehouse.change_keys;
      CREATE TRIGGER signing_keys_change AFTER INSERT OR UPDATE OR DELETE ON gatehouse.signing_keys
        FOR EACH ROW EXECUTE FUNCTION gatehouse.change('keys', 'kid');
      ALTER TABLE gatehouse.signing_keys DROP CONSTRAINT signing_keys_private;
    `);
  }
}
