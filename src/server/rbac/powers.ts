import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { RouteInventory } from '../../access/index.js';
import { groupPower, leavesOf, rolePower, userPower, type Condition, type Power } from '../../policy/index.js';
import { nameKey } from '../users/name-key.js';

/** Something that grants. */
export interface Subject {
  readonly type: 'account' | 'group' | 'role';
  readonly id: string;
}

/** What is asked of the database about one. */
interface Held {
  readonly patterns: string[];
  readonly roles: string[];
  readonly groups: string[];
  readonly username: string | null;
}

const GROUPS_OF: Readonly<Record<Subject['type'], string>> = {
  account: 'SELECT group_id FROM gatehouse.account_groups WHERE account_id = $1',
  group: 'SELECT $1::uuid AS group_id',
  role: 'SELECT NULL::uuid AS group_id WHERE false',
};
const ROLES_OF: Readonly<Record<Subject['type'], string>> = {
  account: 'SELECT role_id FROM gatehouse.account_roles WHERE account_id = $1',
  group: 'SELECT NULL::uuid AS role_id WHERE false',
  role: 'SELECT $1::uuid AS role_id',
};

/** One query whatever the number of groups and roles. */
function question(type: Subject['type']): string {
  return `
    WITH in_groups AS (${GROUPS_OF[type]}),
         held AS (${ROLES_OF[type]} UNION SELECT role_id FROM gatehouse.group_roles JOIN in_groups USING (group_id))
    SELECT ARRAY(SELECT DISTINCT pattern FROM gatehouse.role_permissions JOIN held USING (role_id)) AS patterns,
           ARRAY(SELECT name FROM gatehouse.roles JOIN held ON role_id = id) AS roles,
           ARRAY(SELECT name FROM gatehouse.groups JOIN in_groups ON group_id = id) AS groups,
           ${type === 'account' ? '(SELECT username FROM gatehouse.accounts WHERE id = $1)' : 'NULL'} AS username`;
}

/** Says what accounts, groups and roles grant, as the transaction sees it. */
@Injectable()
export class Powers {
  private named?: ReadonlySet<Power>;

  constructor(private readonly routes: RouteInventory) {}

  /** All that the subject grants or holds; nothing if there is no such one. */
  async of({ type, id }: Subject, manager: Pick<EntityManager, 'query'>): Promise<Power[]> {
    const [held] = await manager.query<[Held]>(question(type), [id]);
    const byName = [
      ...held.roles.map(rolePower),
      ...held.groups.map(groupPower),
      ...(held.username === null ? [] : [userPower(held.username)]),
    ];
    // Only names that a route asks for are powers: else nobody could give a role that they don't hold themselves.
    return [...held.patterns, ...byName.filter((power) => this.asked.has(nameKey(power)))];
  }

  /** The roles, groups and users that rules of routes ask for by name. */
  private get asked(): ReadonlySet<Power> {
    this.named ??= new Set(
      this.routes.routes.flatMap(({ access }) => (access === 'public' ? [] : leavesOf(access).flatMap(powerOf))),
    );
    return this.named;
  }
}

function powerOf(leaf: Condition): Power[] {
  if (leaf.type === 'role') return [nameKey(rolePower(leaf.name))];
  if (leaf.type === 'group') return [nameKey(groupPower(leaf.name))];
  if (leaf.type === 'user') return [nameKey(userPower(leaf.name))];
  return [];
}
