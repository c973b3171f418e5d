import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { RouteInventory } from '../../access/index.js';
import { groupPower, leavesOf, rolePower, userPower, type Condition, type Power } from '../../policy/index.js';
import { nameKey } from '../names/name-key.js';

/** Something that grants, or any number of such things of one type. */
export type Subject = { readonly type: 'account' | 'group' | 'role' } & (
  | { readonly id: string }
  | { readonly ids: readonly string[] }
  /** A query of ours that selects their ids. */
  | { readonly selected: string }
);

const USER = userPower('');

/** What is asked of the database about them. */
interface Held {
  readonly patterns: string[];
  readonly roles: string[];
  readonly groups: string[];
  readonly users: string[];
}

const GROUPS_OF: Readonly<Record<Subject['type'], string>> = {
  account: 'SELECT group_id FROM gatehouse.account_groups WHERE account_id IN (SELECT id FROM subjects)',
  group: 'SELECT id AS group_id FROM subjects',
  role: 'SELECT NULL::uuid AS group_id WHERE false',
};
const ROLES_OF: Readonly<Record<Subject['type'], string>> = {
  account: 'SELECT role_id FROM gatehouse.account_roles WHERE account_id IN (SELECT id FROM subjects)',
  group: 'SELECT NULL::uuid AS role_id WHERE false',
  role: 'SELECT id AS role_id FROM subjects',
};
const NAMES_OF: Readonly<Record<Subject['type'], string>> = {
  account: 'SELECT username FROM gatehouse.accounts WHERE id IN (SELECT id FROM subjects) AND username_key = ANY ($1)',
  group: 'SELECT NULL::text WHERE $1::text[] IS NULL',
  role: 'SELECT NULL::text WHERE $1::text[] IS NULL',
};

/** One query whatever the number of subjects, groups and roles. */
function question(type: Subject['type'], subjects: string): string {
  return `
    WITH subjects (id) AS (${subjects}),
         in_groups AS (SELECT DISTINCT group_id FROM (${GROUPS_OF[type]}) AS of_subjects),
         held AS (${ROLES_OF[type]} UNION SELECT role_id FROM gatehouse.group_roles JOIN in_groups USING (group_id))
    SELECT ARRAY(SELECT DISTINCT pattern FROM gatehouse.role_permissions JOIN held USING (role_id)) AS patterns,
           ARRAY(SELECT name FROM gatehouse.roles JOIN held ON role_id = id) AS roles,
           ARRAY(SELECT name FROM gatehouse.groups JOIN in_groups ON group_id = id) AS groups,
           ARRAY(${NAMES_OF[type]}) AS users`;
}

/** Says what accounts, groups and roles grant, as the transaction sees it. */
@Injectable()
export class Powers {
  private named?: ReadonlySet<Power>;

  constructor(private readonly routes: RouteInventory) {}

  /** All that the subject grants or holds, or any of them if it is many; nothing if there is no such one. */
  async of(subject: Subject, manager: Pick<EntityManager, 'query'>): Promise<Power[]> {
    // Only names that a route asks for are powers: else nobody could give a role that they don't hold themselves.
    const users = [...this.asked].filter((power) => power.startsWith(USER)).map((power) => power.slice(USER.length));
    const [ids, ...values] = selectionOf(subject);
    const [held] = await manager.query<[Held]>(question(subject.type, ids), [users, ...values]);
    const byName = [...held.roles.map(rolePower), ...held.groups.map(groupPower)].filter((power) =>
      this.asked.has(nameKey(power)),
    );
    return [...held.patterns, ...byName, ...held.users.map(userPower)];
  }

  /**
   * Whether a rule of a route asks for somebody of this user name. Nobody may take such a name by themselves: it opens a door
   * that was left open for who was called so before.
   */
  isAskedFor(username: string): boolean {
    return this.asked.has(nameKey(userPower(username)));
  }

  /** The roles, groups and users that rules of routes ask for by name. */
  private get asked(): ReadonlySet<Power> {
    this.named ??= new Set(
      this.routes.routes.flatMap(({ access }) => (access === 'public' ? [] : leavesOf(access).flatMap(powerOf))),
    );
    return this.named;
  }
}

/** Selects the ids; the values are those from `$2` on. */
function selectionOf(subject: Subject): [query: string, ...values: unknown[]] {
  if ('selected' in subject) return [subject.selected];
  return ['SELECT unnest($2::uuid[])', 'ids' in subject ? subject.ids : [subject.id]];
}

function powerOf(leaf: Condition): Power[] {
  if (leaf.type === 'role') return [nameKey(rolePower(leaf.name))];
  if (leaf.type === 'group') return [nameKey(groupPower(leaf.name))];
  if (leaf.type === 'user') return [nameKey(userPower(leaf.name))];
  return [];
}
