import type { MigrationInterface, QueryRunner } from 'typeorm';

const NAMED = `
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  name_key text NOT NULL UNIQUE,
  description text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()`;

/** Groups, roles, permissions, and who holds what: account → group → role → permission, and account → role. */
export class CoreRbac1763800000003 implements MigrationInterface {
  readonly name = 'CoreRbac1763800000003';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gatehouse.permissions (
        name text PRIMARY KEY CHECK (length(name) <= 100),
        description text NOT NULL DEFAULT '',
        -- Declared in code: not to be edited or deleted over HTTP.
        managed boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE TABLE gatehouse.roles (${NAMED}, managed boolean NOT NULL DEFAULT false);
      CREATE TABLE gatehouse.groups (${NAMED});
      CREATE TABLE gatehouse.role_permissions (
        role_id uuid NOT NULL REFERENCES gatehouse.roles ON DELETE CASCADE,
        -- A permission's name, "area:*", or "*".
        pattern text NOT NULL CHECK (length(pattern) <= 100),
        PRIMARY KEY (role_id, pattern)
      );
      CREATE INDEX role_permissions_pattern ON gatehouse.role_permissions (pattern);
      CREATE TABLE gatehouse.group_roles (
        group_id uuid NOT NULL REFERENCES gatehouse.groups ON DELETE CASCADE,
        role_id uuid NOT NULL REFERENCES gatehouse.roles ON DELETE CASCADE,
        PRIMARY KEY (group_id, role_id)
      );
      CREATE INDEX group_roles_role ON gatehouse.group_roles (role_id);
      CREATE TABLE gatehouse.account_groups (
        account_id uuid NOT NULL REFERENCES gatehouse.accounts ON DELETE CASCADE,
        group_id uuid NOT NULL REFERENCES gatehouse.groups ON DELETE CASCADE,
        PRIMARY KEY (account_id, group_id)
      );
      CREATE INDEX account_groups_group ON gatehouse.account_groups (group_id);
      CREATE TABLE gatehouse.account_roles (
        account_id uuid NOT NULL REFERENCES gatehouse.accounts ON DELETE CASCADE,
        role_id uuid NOT NULL REFERENCES gatehouse.roles ON DELETE CASCADE,
        PRIMARY KEY (account_id, role_id)
      );
      CREATE INDEX account_roles_role ON gatehouse.account_roles (role_id);

      -- Whoever changes grants locks this row first, so that rights are checked against what is in force.
      CREATE TABLE gatehouse.rbac (only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one));
      INSERT INTO gatehouse.rbac DEFAULT VALUES;

      -- A permission of the same name made anew must not be held by the roles of the former one.
      CREATE FUNCTION gatehouse.withdraw_permission() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        DELETE FROM gatehouse.role_permissions WHERE pattern = OLD.name;
        RETURN NULL;
      END $$;
      CREATE TRIGGER permissions_withdraw AFTER DELETE ON gatehouse.permissions
        FOR EACH ROW EXECUTE FUNCTION gatehouse.withdraw_permission();
      CREATE TRIGGER permissions_withdraw_name AFTER UPDATE ON gatehouse.permissions
        FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION gatehouse.withdraw_permission();

      CREATE TRIGGER permissions_change AFTER INSERT OR UPDATE OR DELETE ON gatehouse.permissions
        FOR EACH ROW EXECUTE FUNCTION gatehouse.change('rbac', 'name', 'description', 'managed');
      CREATE TRIGGER roles_change AFTER INSERT OR UPDATE OR DELETE ON gatehouse.roles
        FOR EACH ROW EXECUTE FUNCTION gatehouse.change('rbac', 'id', 'description', 'managed', 'updated_at');
      CREATE TRIGGER groups_change AFTER INSERT OR UPDATE OR DELETE ON gatehouse.groups
        FOR EACH ROW EXECUTE FUNCTION gatehouse.change('rbac', 'id', 'description', 'updated_at');
      CREATE TRIGGER role_permissions_change AFTER INSERT OR UPDATE OR DELETE ON gatehouse.role_permissions
        FOR EACH ROW EXECUTE FUNCTION gatehouse.change('rbac', 'role_id');
      CREATE TRIGGER group_roles_change AFTER INSERT OR UPDATE OR DELETE ON gatehouse.group_roles
        FOR EACH ROW EXECUTE FUNCTION gatehouse.change('rbac', 'group_id');
      CREATE TRIGGER account_groups_change AFTER INSERT OR UPDATE OR DELETE ON gatehouse.account_groups
        FOR EACH ROW EXECUTE FUNCTION gatehouse.change('account', 'account_id');
      CREATE TRIGGER account_roles_change AFTER INSERT OR UPDATE OR DELETE ON gatehouse.account_roles
        FOR EACH ROW EXECUTE FUNCTION gatehouse.change('account', 'account_id');
    `);
    for (const table of [
      'permissions',
      'roles',
      'groups',
      'role_permissions',
      'group_roles',
      'account_groups',
      'account_roles',
    ]) {
      await db.query(
        `CREATE TRIGGER ${table}_truncate AFTER TRUNCATE ON gatehouse.${table} EXECUTE FUNCTION gatehouse.change_all()`,
      );
    }
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE gatehouse.account_roles, gatehouse.account_groups, gatehouse.group_roles, gatehouse.role_permissions,
        gatehouse.groups, gatehouse.roles, gatehouse.permissions, gatehouse.rbac;
      DROP FUNCTION gatehouse.withdraw_permission;
    `);
  }
}
