import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Roles that the code declared once, and doesn't any more. */
export class CoreWithdrawnRoles1763800000051 implements MigrationInterface {
  readonly name = 'CoreWithdrawnRoles1763800000051';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE gatehouse.roles ADD COLUMN withdrawn_at timestamptz;
      DROP TRIGGER roles_change ON gatehouse.roles;
      CREATE TRIGGER roles_change AFTER INSERT OR UPDATE OR DELETE ON gatehouse.roles FOR EACH ROW
        EXECUTE FUNCTION gatehouse.change('rbac', 'id', 'description', 'managed', 'updated_at', 'withdrawn_at');
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TRIGGER roles_change ON gatehouse.roles;
      CREATE TRIGGER roles_change AFTER INSERT OR UPDATE OR DELETE ON gatehouse.roles FOR EACH ROW
        EXECUTE FUNCTION gatehouse.change('rbac', 'id', 'description', 'managed', 'updated_at');
      ALTER TABLE gatehouse.roles DROP COLUMN withdrawn_at;
    `);
  }
}
