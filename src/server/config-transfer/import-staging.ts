import type { EntityManager } from 'typeorm';
import { nameKey } from '../names/name-key.js';
import type { CheckedElement } from './document-checker.js';
import type {
  ClientElementDto,
  GroupElementDto,
  PermissionElementDto,
  PersonElementDto,
  RoleElementDto,
  ServiceAccountElementDto,
} from './document.dto.js';
import type { Section } from './document.js';

/** Elements that go into the database at once. */
const BATCH = 1_000;

/** A client in the document, and where it stands there. There are few of them, so they stay in memory. */
export interface StagedClient {
  readonly index: number;
  readonly client: ClientElementDto;
}

/** The tables, with what is found out about each element: whether it is new, and whether it changes anything. */
const TABLES = `
  CREATE TEMPORARY TABLE import_permissions (
    index integer NOT NULL, name text NOT NULL, description text, managed boolean NOT NULL, declared_by text,
    is_new boolean NOT NULL DEFAULT true, changed boolean NOT NULL DEFAULT false
  ) ON COMMIT DROP;
  CREATE TEMPORARY TABLE import_roles (
    index integer NOT NULL, id uuid NOT NULL DEFAULT gen_random_uuid(), name text NOT NULL, name_key text NOT NULL,
    description text, managed boolean NOT NULL, patterns text[],
    is_new boolean NOT NULL DEFAULT true, changed boolean NOT NULL DEFAULT false
  ) ON COMMIT DROP;
  CREATE TEMPORARY TABLE import_groups (
    index integer NOT NULL, id uuid NOT NULL DEFAULT gen_random_uuid(), name text NOT NULL, name_key text NOT NULL,
    description text, roles text[],
    is_new boolean NOT NULL DEFAULT true, changed boolean NOT NULL DEFAULT false
  ) ON COMMIT DROP;
  CREATE TEMPORARY TABLE import_accounts (
    seq integer PRIMARY KEY, section text NOT NULL, index integer NOT NULL, kind text NOT NULL,
    given_id uuid, account_id uuid, source text NOT NULL, source_id text, username text NOT NULL, username_key text NOT NULL,
    has_email boolean NOT NULL, email text, email_key text, name text, name_key text, description text,
    is_active boolean, is_verified boolean, must_change_password boolean, password_hash text, groups text[], roles text[],
    is_new boolean NOT NULL DEFAULT true, changed boolean NOT NULL DEFAULT false
  ) ON COMMIT DROP`;

interface Staged {
  readonly table: string;
  /** As `jsonb_to_recordset` wants them. */
  readonly columns: Readonly<Record<string, string>>;
}

const PERMISSIONS: Staged = {
  table: 'import_permissions',
  columns: { index: 'integer', name: 'text', description: 'text', managed: 'boolean', declared_by: 'text' },
};
const ROLES: Staged = {
  table: 'import_roles',
  columns: {
    index: 'integer',
    name: 'text',
    name_key: 'text',
    description: 'text',
    managed: 'boolean',
    patterns: 'text[]',
  },
};
const GROUPS: Staged = {
  table: 'import_groups',
  columns: { index: 'integer', name: 'text', name_key: 'text', description: 'text', roles: 'text[]' },
};
const ACCOUNTS: Staged = {
  table: 'import_accounts',
  columns: {
    seq: 'integer',
    section: 'text',
    index: 'integer',
    kind: 'text',
    given_id: 'uuid',
    source: 'text',
    source_id: 'text',
    username: 'text',
    username_key: 'text',
    has_email: 'boolean',
    email: 'text',
    email_key: 'text',
    name: 'text',
    name_key: 'text',
    description: 'text',
    is_active: 'boolean',
    is_verified: 'boolean',
    must_change_password: 'boolean',
    password_hash: 'text',
    groups: 'text[]',
    roles: 'text[]',
  },
};

/** Puts the document into tables that this transaction alone sees, and that end with it. */
export class ImportStaging {
  readonly clients: StagedClient[] = [];
  private readonly waiting = new Map<Staged, object[]>();
  private accounts = 0;

  private constructor(private readonly manager: EntityManager) {}

  static async begin(manager: EntityManager): Promise<ImportStaging> {
    for (const table of TABLES.split(';')) await manager.query(table);
    return new ImportStaging(manager);
  }

  /** How many accounts there are. */
  get size(): number {
    return this.accounts;
  }

  async add({ section, index, value }: CheckedElement): Promise<void> {
    if (section === 'clients') {
      this.clients.push({ index, client: value as ClientElementDto });
      return;
    }
    const [staged, row] = this.rowOf(section, index, value);
    const rows = this.waiting.get(staged) ?? [];
    rows.push(row);
    this.waiting.set(staged, rows);
    if (rows.length >= BATCH) await this.write(staged);
  }

  /** Writes what is still waiting. */
  async end(): Promise<void> {
    for (const staged of this.waiting.keys()) await this.write(staged);
    // Without it the planner would take the tables for small.
    for (const { table } of [PERMISSIONS, ROLES, GROUPS, ACCOUNTS])
      await this.manager.query(`ANALYZE pg_temp.${table}`);
  }

  private async write(staged: Staged): Promise<void> {
    const { table, columns } = staged;
    const rows = this.waiting.get(staged)!;
    const names = Object.keys(columns);
    // Sorted as the database sorts, to be compared with what it has.
    const selected = names.map((name) =>
      columns[name] === 'text[]'
        ? `CASE WHEN ${name} IS NOT NULL THEN ARRAY(SELECT DISTINCT one FROM unnest(${name}) AS one ORDER BY one) END`
        : name,
    );
    const types = names.map((name) => `${name} ${columns[name]}`);
    await this.manager.query(
      `INSERT INTO pg_temp.${table} (${names.join(', ')})
       SELECT ${selected.join(', ')} FROM jsonb_to_recordset($1::jsonb) AS given (${types.join(', ')})`,
      [JSON.stringify(rows)],
    );
    rows.length = 0;
  }

  private rowOf(section: Exclude<Section, 'clients'>, index: number, value: object): [Staged, object] {
    switch (section) {
      case 'permissions': {
        const { name, description, managed = false, declaredBy } = value as PermissionElementDto;
        return [PERMISSIONS, { index, name, description, managed, declared_by: declaredBy }];
      }
      case 'roles': {
        const { name, description, managed = false, permissions } = value as RoleElementDto;
        return [ROLES, { index, name, name_key: nameKey(name), description, managed, patterns: permissions }];
      }
      case 'groups': {
        const { name, description, roles } = value as GroupElementDto;
        return [GROUPS, { index, name, name_key: nameKey(name), description, roles: roles?.map(nameKey) }];
      }
      case 'serviceAccounts':
        return [ACCOUNTS, this.accountRow(section, index, 'service', value as ServiceAccountElementDto)];
      case 'people':
        return [ACCOUNTS, this.accountRow(section, index, 'user', value as PersonElementDto)];
    }
  }

  private accountRow(
    section: Section,
    index: number,
    kind: 'user' | 'service',
    account: PersonElementDto | ServiceAccountElementDto,
  ): object {
    const {
      source = 'local',
      sourceId,
      email,
      isVerified,
      mustChangePassword,
      passwordHash,
    }: Partial<PersonElementDto> = account;
    const { id, username, name, description, isActive, groups, roles } = account;
    return {
      seq: this.accounts++,
      section,
      index,
      kind,
      given_id: id,
      source,
      source_id: sourceId,
      username,
      username_key: nameKey(username),
      has_email: email !== undefined,
      email,
      email_key: email && nameKey(email),
      name,
      name_key: name === undefined ? undefined : nameKey(name),
      description,
      is_active: isActive,
      is_verified: isVerified,
      must_change_password: mustChangePassword,
      password_hash: passwordHash,
      groups: groups?.map(nameKey),
      roles: roles?.map(nameKey),
    };
  }
}
