import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Actor } from '../audit/actor.js';
import { difference } from '../audit/audit-event.js';
import { DomainError, fieldError, type FieldError } from '../domain-error.js';
import { etagOf, requireMatch } from '../http/etag.js';
import { containing, readPage, type Page } from '../http/page.js';
import { nameKey } from '../names/name-key.js';
import { AdministrativeChanges } from './administrative-changes.js';
import { refuseTakenName } from './refuse-taken-name.js';
import { CreateRoleDto, RoleDto, RolesQueryDto, UpdateRoleDto } from './role.dto.js';
import { setHeld } from './set-held.js';

const COLUMNS = `name, description,
  ARRAY(SELECT pattern FROM gatehouse.role_permissions WHERE role_id = roles.id ORDER BY pattern) AS permissions,
  managed, withdrawn_at AS "withdrawnAt", created_at AS "createdAt", updated_at AS "updatedAt"`;

const SORTS = {
  name: { sql: 'name_key', type: 'text' },
  createdAt: { sql: 'created_at', type: 'timestamptz' },
} as const;

/** Makes roles and changes them, within the rights of the actor. */
@Injectable()
export class RolesService {
  constructor(
    private readonly database: DataSource,
    private readonly changes: AdministrativeChanges,
  ) {}

  /** A part of the list. */
  list({ q, ...page }: RolesQueryDto): Promise<Page<RoleDto>> {
    return readPage<RoleDto>(
      this.database,
      {
        select: COLUMNS,
        from: 'gatehouse.roles',
        where: q ? ['name ILIKE $1 OR description ILIKE $1'] : [],
        values: q ? [containing(q)] : [],
        sorts: SORTS,
        id: 'id',
      },
      page,
    );
  }

  /** @throws DomainError `not-found` */
  async get(name: string): Promise<RoleDto> {
    return (await find(name, this.database.manager)).role;
  }

  /** @throws DomainError `conflict` for a name that is taken, `unprocessable` for permissions that there aren't, `forbidden` */
  async create({ name, description = '', permissions = [] }: CreateRoleDto, actor: Actor): Promise<RoleDto> {
    const made = this.changes.run(actor, async ({ manager, make, record }) => {
      await checkKnown(permissions, manager);
      const [role] = await manager.query<[{ id: string }]>(
        'INSERT INTO gatehouse.roles (name, name_key, description) VALUES ($1, $2, $3) RETURNING id',
        [name, nameKey(name), description],
      );
      make({ type: 'role', id: role.id });
      await setHeld('role_permissions', role.id, permissions, manager);
      const { role: after } = await find(name, manager);
      await record({ kind: 'role.created', target: { type: 'role', id: role.id, name }, after });
      return after;
    });
    return made.catch(
      refuseTakenName(() =>
        fieldError('conflict', 'name', 'There is a role with this name, or one that reads the same.'),
      ),
    );
  }

  /**
   * Replaces the fields that are named.
   *
   * @throws DomainError `not-found`, `precondition-failed`, `conflict` for a role declared in code, `unprocessable`,
   *   `forbidden`
   */
  update(name: string, { description, permissions }: UpdateRoleDto, actor: Actor, ifMatch?: string): Promise<RoleDto> {
    return this.changes.run(actor, async ({ manager, touch, record }) => {
      const { id, before } = await findToChange(name, manager, ifMatch);
      await touch({ type: 'role', id });
      if (permissions) {
        // What it has already stays, also where it was withdrawn meanwhile.
        await checkKnown(permissions, manager, before.permissions);
        await setHeld('role_permissions', id, permissions, manager);
      }
      await manager.query(
        'UPDATE gatehouse.roles SET description = coalesce($2, description), updated_at = now() WHERE id = $1',
        [id, description],
      );
      const { role: after } = await find(name, manager);
      await record({
        kind: 'role.updated',
        target: { type: 'role', id, name: after.name },
        ...difference(before, after),
      });
      return after;
    });
  }

  /** @throws DomainError as {@link update} */
  async delete(name: string, actor: Actor, ifMatch?: string): Promise<void> {
    await this.changes.run(actor, async ({ manager, touch, record }) => {
      const { id, before } = await findToChange(name, manager, ifMatch);
      await touch({ type: 'role', id });
      await manager.query('DELETE FROM gatehouse.roles WHERE id = $1', [id]);
      await record({ kind: 'role.deleted', target: { type: 'role', id, name: before.name }, before });
    });
  }
}

/** The role, and its id, which isn't shown. */
async function find(name: string, manager: Pick<EntityManager, 'query'>): Promise<{ id: string; role: RoleDto }> {
  const [row] = await manager.query<(RoleDto & { id: string })[]>(
    `SELECT id, ${COLUMNS} FROM gatehouse.roles WHERE name_key = $1`,
    [nameKey(name)],
  );
  if (!row) throw new DomainError('not-found', 'There is no role with this name.');
  const { id, ...role } = row;
  return { id, role };
}

/** The role as it is, to be changed. */
async function findToChange(
  name: string,
  manager: EntityManager,
  ifMatch: string | undefined,
): Promise<{ id: string; before: RoleDto }> {
  const { id, role: before } = await find(name, manager);
  requireMatch(ifMatch, etagOf(before));
  if (before.managed) {
    throw new DomainError('conflict', `The role ${before.name} is declared in code, and changed there.`);
  }
  return { id, before };
}

/** A pattern may reach permissions that are still to come; a name must be that of one, or held already. */
async function checkKnown(
  patterns: readonly string[],
  manager: EntityManager,
  held: readonly string[] = [],
): Promise<void> {
  const rows = await manager.query<{ name: string }[]>('SELECT name FROM gatehouse.permissions WHERE name = ANY ($1)', [
    patterns,
  ]);
  const known = new Set([...held, ...rows.map(({ name }) => name)]);
  const errors = patterns.flatMap((pattern, index): FieldError[] =>
    pattern.endsWith('*') || known.has(pattern)
      ? []
      : [{ path: `permissions.${index}`, message: `There is no permission ${pattern}.` }],
  );
  if (errors.length > 0) {
    throw new DomainError('unprocessable', errors.map(({ message }) => message).join(' '), { errors });
  }
}
