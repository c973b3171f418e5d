import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DeclaredAccess } from '../../access/index.js';
import { nameKey } from '../names/name-key.js';

/** Brings the permissions and roles that are declared in code into the database, so that lists and grants know them. */
@Injectable()
export class DeclaredAccessSync {
  constructor(private readonly declared: DeclaredAccess) {}

  /**
   * Adds what is new, updates descriptions and the permissions of declared roles. What is no longer declared is marked and
   * kept, since somebody may hold it; then it is an administrator's to delete. Writes only what differs, so that a start
   * without changes leaves no trace in the change log.
   */
  async run(manager: EntityManager): Promise<void> {
    const permissions = [...this.declared.permissions.values()];
    const roles = [...this.declared.roles.values()];
    await manager.query(
      `INSERT INTO gatehouse.permissions (name, description, managed)
       SELECT name, description, true FROM unnest($1::text[], $2::text[]) AS declared (name, description)
       ON CONFLICT (name) DO UPDATE
         SET description = excluded.description, managed = true, declared_by = NULL, withdrawn_at = NULL
       WHERE (permissions.description, permissions.managed, permissions.declared_by, permissions.withdrawn_at)
             IS DISTINCT FROM (excluded.description, true, NULL::text, NULL::timestamptz)`,
      [permissions.map(({ name }) => name), permissions.map(({ description }) => description)],
    );
    await manager.query(
      `INSERT INTO gatehouse.roles (name, name_key, description, managed)
       SELECT name, name_key, description, true
         FROM unnest($1::text[], $2::text[], $3::text[]) AS declared (name, name_key, description)
       ON CONFLICT (name_key) DO UPDATE
         SET name = excluded.name, description = excluded.description, managed = true, withdrawn_at = NULL
       WHERE (roles.name, roles.description, roles.managed, roles.withdrawn_at)
             IS DISTINCT FROM (excluded.name, excluded.description, true, NULL::timestamptz)`,
      [
        roles.map(({ name }) => name),
        roles.map(({ name }) => nameKey(name)),
        roles.map(({ description }) => description),
      ],
    );
    const held = roles.flatMap((role) => role.permissions.map((pattern) => ({ role: role.name, pattern })));
    const pairs = [held.map(({ role }) => role), held.map(({ pattern }) => pattern), roles.map(({ name }) => name)];
    await manager.query(
      `WITH declared AS (SELECT roles.id AS role_id, pattern
                           FROM unnest($1::text[], $2::text[]) AS held (role, pattern) JOIN gatehouse.roles ON roles.name = role),
            withdrawn AS (DELETE FROM gatehouse.role_permissions USING gatehouse.roles
                           WHERE roles.id = role_id AND roles.name = ANY ($3)
                             AND NOT EXISTS (SELECT FROM declared
                                              WHERE (declared.role_id, declared.pattern) = (role_permissions.role_id, role_permissions.pattern)))
       INSERT INTO gatehouse.role_permissions (role_id, pattern) SELECT role_id, pattern FROM declared ON CONFLICT DO NOTHING`,
      pairs,
    );
    await manager.query(
      `UPDATE gatehouse.permissions SET managed = false, withdrawn_at = now()
        WHERE managed AND declared_by IS NULL AND name <> ALL ($1)`,
      [permissions.map(({ name }) => name)],
    );
    await manager.query(
      `UPDATE gatehouse.roles SET managed = false, withdrawn_at = now() WHERE managed AND name <> ALL ($1)`,
      [roles.map(({ name }) => name)],
    );
  }
}
