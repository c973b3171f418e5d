import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Actor } from '../audit/actor.js';
import { difference } from '../audit/audit-event.js';
import { DomainError, fieldError } from '../domain-error.js';
import { etagOf, requireMatch } from '../http/etag.js';
import { containing, readPage, type Page } from '../http/page.js';
import { nameKey } from '../names/name-key.js';
import { findGrants } from './account-grants-change.js';
import { AdministrativeChanges } from './administrative-changes.js';
import { CreateGroupDto, GroupDto, GroupsQueryDto, UpdateGroupDto } from './group.dto.js';
import { refuseTakenName } from './refuse-taken-name.js';
import { setHeld } from './set-held.js';

const COLUMNS = `name, description,
  ARRAY(SELECT roles.name FROM gatehouse.group_roles JOIN gatehouse.roles ON roles.id = role_id
         WHERE group_id = groups.id ORDER BY roles.name) AS roles,
  created_at AS "createdAt", updated_at AS "updatedAt"`;

const SORTS = {
  name: { sql: 'name_key', type: 'text' },
  createdAt: { sql: 'created_at', type: 'timestamptz' },
} as const;

/** Makes groups and changes them, within the rights of the actor. */
@Injectable()
export class GroupsService {
  constructor(
    private readonly database: DataSource,
    private readonly changes: AdministrativeChanges,
  ) {}

  /** A part of the list. */
  list({ q, ...page }: GroupsQueryDto): Promise<Page<GroupDto>> {
    return readPage<GroupDto>(
      this.database,
      {
        select: COLUMNS,
        from: 'gatehouse.groups',
        where: q ? ['name ILIKE $1 OR description ILIKE $1'] : [],
        values: q ? [containing(q)] : [],
        sorts: SORTS,
        id: 'id',
      },
      page,
    );
  }

  /** @throws DomainError `not-found` */
  async get(name: string): Promise<GroupDto> {
    return (await find(name, this.database.manager)).group;
  }

  /** @throws DomainError `conflict` for a name that is taken, `unprocessable` for roles that there aren't, `forbidden` */
  async create({ name, description = '', roles = [] }: CreateGroupDto, actor: Actor): Promise<GroupDto> {
    const made = this.changes.run(actor, async ({ manager, make, record }) => {
      const { roleIds = [] } = await findGrants({ roles }, manager);
      const [group] = await manager.query<[{ id: string }]>(
        'INSERT INTO gatehouse.groups (name, name_key, description) VALUES ($1, $2, $3) RETURNING id',
        [name, nameKey(name), description],
      );
      make({ type: 'group', id: group.id });
      await setHeld('group_roles', group.id, roleIds, manager);
      const { group: after } = await find(name, manager);
      await record({ kind: 'group.created', target: { type: 'group', id: group.id, name }, after });
      return after;
    });
    return made.catch(
      refuseTakenName(() =>
        fieldError('conflict', 'name', 'There is a group with this name, or one that reads the same.'),
      ),
    );
  }

  /**
   * Replaces the fields that are named.
   *
   * @throws DomainError `not-found`, `precondition-failed`, `unprocessable`, `forbidden`
   */
  update(name: string, { description, roles }: UpdateGroupDto, actor: Actor, ifMatch?: string): Promise<GroupDto> {
    return this.changes.run(actor, async ({ manager, touch, record }) => {
      const { id, before } = await findToChange(name, manager, ifMatch);
      await touch({ type: 'group', id });
      const { roleIds } = await findGrants({ roles }, manager);
      if (roleIds) await setHeld('group_roles', id, roleIds, manager);
      await manager.query(
        'UPDATE gatehouse.groups SET description = coalesce($2, description), updated_at = now() WHERE id = $1',
        [id, description],
      );
      const { group: after } = await find(name, manager);
      const target = { type: 'group', id, name: after.name } as const;
      await record({ kind: 'group.updated', target, ...difference(before, after) });
      return after;
    });
  }

  /** @throws DomainError as {@link update} */
  async delete(name: string, actor: Actor, ifMatch?: string): Promise<void> {
    await this.changes.run(actor, async ({ manager, touch, record }) => {
      const { id, before } = await findToChange(name, manager, ifMatch);
      await touch({ type: 'group', id });
      await manager.query('DELETE FROM gatehouse.groups WHERE id = $1', [id]);
      await record({ kind: 'group.deleted', target: { type: 'group', id, name: before.name }, before });
    });
  }
}

/** The group, and its id, which isn't shown. */
async function find(name: string, manager: Pick<EntityManager, 'query'>): Promise<{ id: string; group: GroupDto }> {
  const [row] = await manager.query<(GroupDto & { id: string })[]>(
    `SELECT id, ${COLUMNS} FROM gatehouse.groups WHERE name_key = $1`,
    [nameKey(name)],
  );
  if (!row) throw new DomainError('not-found', 'There is no group with this name.');
  const { id, ...group } = row;
  return { id, group };
}

/** The group as it is, to be changed. */
async function findToChange(
  name: string,
  manager: EntityManager,
  ifMatch: string | undefined,
): Promise<{ id: string; before: GroupDto }> {
  const { id, group: before } = await find(name, manager);
  requireMatch(ifMatch, etagOf(before));
  return { id, before };
}
