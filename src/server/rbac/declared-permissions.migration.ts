import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Permissions that connected applications declare. */
export class CoreDeclaredPermissions1763800000050 implements MigrationInterface {
  readonly name = 'CoreDeclaredPermissions1763800000050';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE gatehouse.permissions
        -- The client that declares it, or did; null for what the service's own code declares or an administrator made.
        -- Not a foreign key: it goes on saying whose it was when the client is gone.
        ADD COLUMN declared_by text,
        -- Since when that client doesn't declare it any more.
        ADD COLUMN withdrawn_at timestamptz;
      CREATE INDEX permissions_declared_by ON gatehouse.permissions (declared_by);

      -- Who declares a permission is nobody's right, so that changing it drops nothing.
      DROP TRIGGER permissions_change ON gatehouse.permissions;
      CREATE TRIGGER permissions_change AFTER INSERT OR UPDATE OR DELETE ON gatehouse.permissions FOR EACH ROW
        EXECUTE FUNCTION gatehouse.change('rbac', 'name', 'description', 'managed', 'declared_by', 'withdrawn_at');

      -- What a client that is gone has declared belongs to nobody: an administrator may delete it, another client declare it.
      CREATE FUNCTION gatehouse.withdraw_declared() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE gatehouse.permissions SET managed = false, withdrawn_at = now()
          WHERE declared_by = OLD.client_id AND withdrawn_at IS NULL;
        RETURN NULL;
      END $$;
      CREATE TRIGGER clients_withdraw_declared AFTER DELETE ON gatehouse.clients
        FOR EACH ROW EXECUTE FUNCTION gatehouse.withdraw_declared();
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TRIGGER clients_withdraw_declared ON gatehouse.clients;
      DROP FUNCTION gatehouse.withdraw_declared;
      DROP TRIGGER permissions_change ON gatehouse.permissions;
      CREATE TRIGGER permissions_change AFTER INSERT OR UPDATE OR DELETE ON gatehouse.permissions
        FOR EACH ROW EXECUTE FUNCTION gatehouse.change('rbac', 'name', 'description', 'managed');
      ALTER TABLE gatehouse.permissions DROP COLUMN withdrawn_at, DROP COLUMN declared_by;
    `);
  }
}
