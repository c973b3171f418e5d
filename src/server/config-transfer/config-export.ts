import { Injectable } from '@nestjs/common';
import { DataSource, type QueryRunner } from 'typeorm';
import type { Actor } from '../audit/actor.js';
import { Audit } from '../audit/audit.js';
import { WorkQueue } from '../concurrency/work-queue.js';
import { FORMAT, SECTIONS, VERSION, type Section } from './document.js';
import { Spool } from './spool.js';

/** Rows that are read at once. */
const BATCH = 1_000;
const AT_ONCE = 2;

/** What to export. */
export interface ExportOptions {
  /** With the hashes of passwords. Whoever calls sees to it that the actor may have them. */
  readonly passwordHashes?: boolean;
}

const names = (table: 'groups' | 'roles', of: string): string => `
  ARRAY(SELECT t.name FROM gatehouse.${of} JOIN gatehouse.${table} AS t ON t.id = ${table === 'groups' ? 'group_id' : 'role_id'}
         WHERE ${of === 'group_roles' ? 'group_id = groups.id' : 'account_id = accounts.id'} ORDER BY t.name_key COLLATE "C") AS ${table}`;

/**
 * The rows of each section, in an order that no locale changes. What an import can't restore isn't there: times, logins,
 * secrets. What is declared in code is named alone. Nulls are left out but for those that say something.
 */
const ROWS: Readonly<Record<Section, string>> = {
  permissions: `
    SELECT name, CASE WHEN NOT managed OR declared_by IS NOT NULL THEN description END AS description,
           CASE WHEN managed AND declared_by IS NULL THEN true END AS managed,
           CASE WHEN managed THEN declared_by END AS "declaredBy"
      FROM gatehouse.permissions ORDER BY name COLLATE "C"`,
  roles: `
    SELECT name, CASE WHEN NOT managed THEN description END AS description, CASE WHEN managed THEN true END AS managed,
           CASE WHEN NOT managed THEN
             ARRAY(SELECT pattern FROM gatehouse.role_permissions WHERE role_id = roles.id ORDER BY pattern COLLATE "C")
           END AS permissions
      FROM gatehouse.roles ORDER BY name_key COLLATE "C"`,
  groups: `SELECT name, description, ${names('roles', 'group_roles')} FROM gatehouse.groups ORDER BY name_key COLLATE "C"`,
  clients: `
    SELECT client_id AS "clientId", clients.name, confidential, clients.is_active AS "isActive", grants, scopes, audience,
           resources, permission_prefixes AS "permissionPrefixes", redirect_uris AS "redirectUris",
           accounts.username AS "serviceAccount"
      FROM gatehouse.clients LEFT JOIN gatehouse.accounts ON accounts.id = account_id
     WHERE NOT built_in ORDER BY client_id COLLATE "C"`,
  serviceAccounts: `
    SELECT id, username, name, description, is_active AS "isActive", ${names('groups', 'account_groups')},
           ${names('roles', 'account_roles')}
      FROM gatehouse.accounts WHERE kind = 'service' ORDER BY username_key COLLATE "C"`,
  people: `
    SELECT id, source, source_id AS "sourceId", username, email, name, description, is_active AS "isActive", is_verified AS "isVerified",
           must_change_password AS "mustChangePassword", ${names('groups', 'account_groups')},
           ${names('roles', 'account_roles')}, CASE WHEN $1::boolean THEN password_hash END AS "passwordHash"
      FROM gatehouse.accounts WHERE kind = 'user' ORDER BY username_key COLLATE "C"`,
};

/** Null says something here: no limit, the service's own, none. Elsewhere it is as good as nothing. */
const MAY_BE_NULL = new Set(['scopes', 'audience', 'serviceAccount', 'email']);

/** Writes everything that is configured into one document, as it is at one moment. */
@Injectable()
export class ConfigExport {
  private readonly queue = new WorkQueue(AT_ONCE, 0, 'exports');

  constructor(
    private readonly database: DataSource,
    private readonly audit: Audit,
  ) {}

  /**
   * The document, whole and in a file without a name: whoever takes it may be slow, and no connection to the database
   * waits for them. The caller closes it.
   *
   * @throws DomainError `overloaded`
   */
  run({ passwordHashes = false }: ExportOptions, actor: Actor): Promise<Spool> {
    return this.queue.run(async () => {
      const spool = await Spool.create();
      try {
        await this.read(passwordHashes, spool);
        // Before anybody has a byte of it.
        await this.audit.record(
          { kind: 'config.exported', target: { type: 'config', id: FORMAT, name: FORMAT }, after: { passwordHashes } },
          actor,
          this.database.manager,
        );
        return spool;
      } catch (error) {
        await spool.close();
        throw error;
      }
    });
  }

  private async read(passwordHashes: boolean, spool: Spool): Promise<void> {
    const runner = this.database.createQueryRunner();
    try {
      await runner.startTransaction('REPEATABLE READ');
      await runner.query('SET TRANSACTION READ ONLY');
      await writeText(spool, `{\n"format": ${JSON.stringify(FORMAT)},\n"version": ${VERSION}`);
      for (const section of SECTIONS) {
        await writeText(spool, `,\n${JSON.stringify(section)}: [`);
        await writeSection(section, passwordHashes, runner, spool);
        await writeText(spool, '\n]');
      }
      await writeText(spool, '\n}\n');
    } finally {
      if (runner.isTransactionActive) await runner.rollbackTransaction();
      await runner.release();
    }
  }
}

async function writeSection(
  section: Section,
  passwordHashes: boolean,
  runner: QueryRunner,
  spool: Spool,
): Promise<void> {
  const rows = ROWS[section].replace('$1::boolean', String(passwordHashes));
  await runner.query(`DECLARE export_${section.toLowerCase()} NO SCROLL CURSOR FOR ${rows}`);
  for (let first = true; ; first = false) {
    const batch = await runner.manager.query<object[]>(`FETCH ${BATCH} FROM export_${section.toLowerCase()}`);
    if (batch.length === 0) break;
    const lines = batch.map((row) => JSON.stringify(row, leaveNullsOut));
    await writeText(spool, `${first ? '' : ','}\n${lines.join(',\n')}`);
  }
  await runner.query(`CLOSE export_${section.toLowerCase()}`);
}

function leaveNullsOut(key: string, value: unknown): unknown {
  return value === null && !MAY_BE_NULL.has(key) ? undefined : value;
}

function writeText(spool: Spool, text: string): Promise<void> {
  return spool.write(Buffer.from(text));
}
