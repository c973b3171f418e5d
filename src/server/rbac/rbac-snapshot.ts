import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Grants, isUuid } from '../../policy/index.js';
import type { Change } from '../../validity/index.js';
import { ChangeFeed } from '../changes/change-feed.js';
import type { HeldGrants } from './account-grants.js';

interface GroupRow {
  readonly id: string;
  readonly name: string;
  readonly roleIds: readonly string[];
}

interface RoleRow {
  readonly id: string;
  readonly name: string;
  readonly patterns: readonly string[];
}

/** One way by which an account holds what a pattern reaches: group → role → pattern, or role → pattern. */
export interface GrantPath {
  /** Null where the account holds the role without a group. */
  readonly group: string | null;
  readonly role: string;
  /** A permission's name, `area:*`, or `*`. */
  readonly pattern: string;
}

/** What one reload has read. */
interface Read {
  readonly groups: readonly GroupRow[];
  readonly roles: readonly RoleRow[];
  readonly known: readonly string[];
}

const GROUPS = `SELECT id, name, ARRAY(SELECT role_id::text FROM gatehouse.group_roles WHERE group_id = id) AS "roleIds" FROM gatehouse.groups`;
const ROLES = `SELECT id, name, ARRAY(SELECT pattern FROM gatehouse.role_permissions WHERE role_id = id) AS patterns FROM gatehouse.roles`;

/** So many combinations of groups and roles are remembered at once. */
const MOST_RESOLVED = 10_000;

/**
 * All groups and roles with what they hold, in memory: there are few, compared with accounts, and a changed role reloads
 * its one row and not the accounts that hold it.
 */
@Injectable()
export class RbacSnapshot implements OnModuleInit {
  private readonly groups = new Map<string, GroupRow>();
  private readonly roles = new Map<string, RoleRow>();
  private known: readonly string[] = [];
  /** By the ids asked for: thousands of accounts hold the same, and share what it comes to. */
  private readonly resolved = new Map<string, HeldGrants>();
  private changes = 0;
  /** Of the reloads: the last that began, and the last that is held. */
  private begun = 0;
  private last = 0;

  constructor(
    private readonly database: DataSource,
    private readonly feed: ChangeFeed,
  ) {}

  /** Listens first and loads then, so that nothing falls between. */
  async onModuleInit(): Promise<void> {
    this.feed.subscribe((changes) => this.apply(changes));
    await this.reloadAll();
  }

  /** Moves with every change of a group, a role, or the list of permissions. */
  get version(): number {
    return this.changes;
  }

  /** The names of all permissions there are. Patterns are expanded to these. */
  get knownPermissions(): readonly string[] {
    return this.known;
  }

  /**
   * What the members of these groups and holders of these roles hold. Ids that are gone hold nothing. The same object for
   * the same ids until something changes, so that what is derived from it can be shared too.
   */
  resolve(groupIds: readonly string[], roleIds: readonly string[]): HeldGrants {
    const key = `${groupIds.join()};${roleIds.join()}`;
    let held = this.resolved.get(key);
    if (!held) {
      if (this.resolved.size === MOST_RESOLVED) this.resolved.clear();
      this.resolved.set(key, (held = this.compute(groupIds, roleIds)));
    }
    return held;
  }

  /** Every way by which the members of these groups and holders of these roles hold something, sorted. */
  paths(groupIds: readonly string[], roleIds: readonly string[]): GrantPath[] {
    const pathsOf = (group: string | null, ids: readonly string[]): GrantPath[] =>
      ids
        .flatMap((id) => this.roles.get(id) ?? [])
        .flatMap(({ name: role, patterns }) => patterns.map((pattern) => ({ group, role, pattern })));
    const throughGroups = groupIds
      .flatMap((id) => this.groups.get(id) ?? [])
      .flatMap((group) => pathsOf(group.name, group.roleIds));
    return [...pathsOf(null, roleIds), ...throughGroups].toSorted(
      (left, right) =>
        compare(left.group ?? '', right.group ?? '') ||
        compare(left.role, right.role) ||
        compare(left.pattern, right.pattern),
    );
  }

  /** The names of the roles that hold the permission, by its name or by a pattern; sorted. */
  rolesThatAllow(permission: string): string[] {
    return [...this.roles.values()]
      .filter(({ patterns }) => new Grants(patterns).allows(permission))
      .map(({ name }) => name)
      .toSorted();
  }

  private compute(groupIds: readonly string[], roleIds: readonly string[]): HeldGrants {
    const groups = groupIds.flatMap((id) => this.groups.get(id) ?? []);
    const roles = [...new Set([...roleIds, ...groups.flatMap((group) => group.roleIds)])].flatMap(
      (id) => this.roles.get(id) ?? [],
    );
    return {
      groups: groups.map(({ name }) => name).toSorted(),
      roles: roles.map(({ name }) => name).toSorted(),
      patterns: [...new Set(roles.flatMap(({ patterns }) => patterns))].toSorted(),
    };
  }

  private apply(changes: readonly Change[]): Promise<void> | void {
    if (changes.some(({ kind }) => kind === 'all')) return this.reloadAll();
    const subjects = [...new Set(changes.filter(({ kind }) => kind === 'rbac').map(({ subject }) => subject))];
    if (subjects.length > 0) return this.reload(subjects);
  }

  /** The subject is the id of a group or of a role, or the name of a permission. */
  private async reload(subjects: string[]): Promise<void> {
    const ids = subjects.filter(isUuid);
    const where = 'WHERE id = ANY ($1::uuid[])';
    const read = await this.inOrder(() => this.read(where, [ids]));
    for (const id of ids) {
      this.groups.delete(id);
      this.roles.delete(id);
    }
    this.hold(read);
  }

  private async reloadAll(): Promise<void> {
    const read = await this.inOrder(() => this.read());
    this.groups.clear();
    this.roles.clear();
    this.hold(read);
  }

  /**
   * Reads again when another reload that began later is held already: what this one has read may be older, and would
   * bring back a permission that was taken away. That happens while an instance starts, and when an answer of the
   * database took so long that the feed gave it up and told the change anew.
   */
  private async inOrder(read: () => Promise<Read>): Promise<Read> {
    for (;;) {
      const turn = ++this.begun;
      const answer = await read();
      if (turn > this.last) {
        this.last = turn;
        return answer;
      }
    }
  }

  private async read(where = '', values: unknown[] = []): Promise<Read> {
    const [groups, roles, known] = await Promise.all([
      this.database.query<GroupRow[]>(`${GROUPS} ${where}`, values),
      this.database.query<RoleRow[]>(`${ROLES} ${where}`, values),
      this.loadKnown(),
    ]);
    return { groups, roles, known };
  }

  private hold({ groups, roles, known }: Read): void {
    for (const group of groups) this.groups.set(group.id, group);
    for (const role of roles) this.roles.set(role.id, role);
    this.known = known;
    this.resolved.clear();
    this.changes++;
  }

  private async loadKnown(): Promise<string[]> {
    const rows = await this.database.query<{ name: string }[]>('SELECT name FROM gatehouse.permissions ORDER BY name');
    return rows.map(({ name }) => name);
  }
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
