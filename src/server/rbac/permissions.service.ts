import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Actor } from '../audit/actor.js';
import { difference } from '../audit/audit-event.js';
import { DomainError, fieldError } from '../domain-error.js';
import { etagOf, requireMatch } from '../http/etag.js';
import { containing, readPage, type Page } from '../http/page.js';
import { AdministrativeChanges } from './administrative-changes.js';
import { CreatePermissionDto, PermissionDto, PermissionsQueryDto, UpdatePermissionDto } from './permission.dto.js';
import { refuseTakenName } from './refuse-taken-name.js';

const COLUMNS = `name, description, managed, declared_by AS "declaredBy", withdrawn_at AS "withdrawnAt", created_at AS "createdAt"`;

const SORTS = { name: { sql: 'name', type: 'text' } } as const;

/** Makes permissions, describes and deletes them. Those that are declared in code are changed there. */
@Injectable()
export class PermissionsService {
  constructor(
    private readonly database: DataSource,
    private readonly changes: AdministrativeChanges,
  ) {}

  /** A part of the list. */
  list({ q, ...page }: PermissionsQueryDto): Promise<Page<PermissionDto>> {
    return readPage<PermissionDto>(
      this.database,
      {
        select: COLUMNS,
        from: 'gatehouse.permissions',
        where: q ? ['name ILIKE $1 OR description ILIKE $1'] : [],
        values: q ? [containing(q)] : [],
        sorts: SORTS,
        id: 'name',
      },
      page,
    );
  }

  /** @throws DomainError `not-found` */
  get(name: string): Promise<PermissionDto> {
    return read(name, this.database.manager);
  }

  /**
   * Makes a permission. Those hold it at once who hold a pattern that reaches it.
   *
   * @throws DomainError `conflict` for a name that is taken
   */
  async create({ name, description = '' }: CreatePermissionDto, actor: Actor): Promise<PermissionDto> {
    const made = this.changes.run(actor, async ({ manager, record }) => {
      await manager.query('INSERT INTO gatehouse.permissions (name, description) VALUES ($1, $2)', [name, description]);
      const after = await read(name, manager);
      await record({ kind: 'permission.created', target: target(name), after });
      return after;
    });
    return made.catch(refuseTakenName(() => fieldError('conflict', 'name', 'There is a permission with this name.')));
  }

  /** @throws DomainError `not-found`, `precondition-failed`, `conflict` for one that is declared in code */
  update(name: string, { description }: UpdatePermissionDto, actor: Actor, ifMatch?: string): Promise<PermissionDto> {
    return this.changes.run(actor, async ({ manager, record }) => {
      const before = await find(name, manager, ifMatch);
      await manager.query('UPDATE gatehouse.permissions SET description = coalesce($2, description) WHERE name = $1', [
        name,
        description,
      ]);
      const after = await read(name, manager);
      await record({ kind: 'permission.updated', target: target(name), ...difference(before, after) });
      return after;
    });
  }

  /**
   * Deletes it, and takes it out of all roles that name it.
   *
   * @throws DomainError as {@link update}, and `forbidden` when it, or what else a role grants that names it, isn't in
   *   force for the actor
   */
  async delete(name: string, actor: Actor, ifMatch?: string): Promise<void> {
    await this.changes.run(actor, async (change) => {
      const before = await find(name, change.manager, ifMatch);
      change.require([name]);
      const roles = await change.manager.query<{ id: string; name: string }[]>(
        `SELECT id, name FROM gatehouse.roles JOIN gatehouse.role_permissions ON role_id = id WHERE pattern = $1 ORDER BY name`,
        [name],
      );
      await change.touch({ type: 'role', ids: roles.map(({ id }) => id) });
      await change.manager.query('DELETE FROM gatehouse.permissions WHERE name = $1', [name]);
      const was = Object.assign(before, { roles: roles.map((role) => role.name) });
      await change.record({ kind: 'permission.deleted', target: target(name), before: was });
    });
  }
}

function target(name: string) {
  return { type: 'permission', id: name, name } as const;
}

async function read(name: string, manager: Pick<EntityManager, 'query'>): Promise<PermissionDto> {
  const [permission] = await manager.query<PermissionDto[]>(
    `SELECT ${COLUMNS} FROM gatehouse.permissions WHERE name = $1`,
    [name],
  );
  if (!permission) throw new DomainError('not-found', 'There is no permission with this name.');
  return permission;
}

/** The permission as it is, to be changed. */
async function find(name: string, manager: EntityManager, ifMatch: string | undefined): Promise<PermissionDto> {
  const permission = await read(name, manager);
  requireMatch(ifMatch, etagOf(permission));
  if (permission.managed) {
    const by = permission.declaredBy === null ? 'in code' : `by the client ${permission.declaredBy}`;
    throw new DomainError('conflict', `The permission ${name} is declared ${by}, and changed there.`);
  }
  return permission;
}
