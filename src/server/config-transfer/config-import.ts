import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../audit/actor.js';
import { violatedUnique } from '../database/unique-violation.js';
import { DomainError } from '../domain-error.js';
import { AdministrativeChanges, type AdministrativeChange } from '../rbac/administrative-changes.js';
import { WorkQueue } from '../concurrency/work-queue.js';
import { DocumentChecker } from './document-checker.js';
import { FORMAT } from './document.js';
import { compare } from './import-comparison.js';
import { ImportClients } from './import-clients.js';
import { checkReferences } from './import-references.js';
import { reportOf } from './import-report.js';
import type { ImportReportDto } from './import-report.dto.js';
import { ImportStaging } from './import-staging.js';
import { write } from './import-writing.js';
import { Spool } from './spool.js';

/** As large as a document may be. Bytes. */
const LARGEST_DOCUMENT = 1024 ** 3;
/** Clients stay in memory. */
const MOST_CLIENTS = 10_000;
/** Each may hold a file of the largest size. */
const AT_ONCE = 2;

/** How to import. */
export interface ImportOptions {
  /** Everything is checked, and nothing changed. */
  readonly dryRun?: boolean;
  /**
   * Whether an account of the same user name and source is taken for the one that the document means, though it has
   * another id; it keeps its own. Otherwise that is refused.
   */
  readonly matchUsernames?: boolean;
}

/** How far an import is. */
export interface ImportProgress {
  /** `reading`, `checking` and `preparing`: bytes of the document. `comparing` and `writing`: its accounts. */
  readonly step: 'reading' | 'checking' | 'preparing' | 'comparing' | 'writing';
  readonly done: number;
  /** Null while it isn't known. */
  readonly total: number | null;
}

const TAKEN: Readonly<Record<string, string>> = {
  accounts_username_key_key: 'A user name would be that of two accounts.',
  accounts_email_key_key: 'A mail address would be that of two accounts.',
  clients_id_folded: 'There is a client with an id that reads the same.',
  clients_audience: 'An audience would be that of two clients.',
  clients_account: 'A service account would have two clients.',
};

/** Brings what a document says into the database, all of it or nothing. */
@Injectable()
export class ConfigImport {
  private readonly queue = new WorkQueue(AT_ONCE, 0, 'imports');

  constructor(
    private readonly changes: AdministrativeChanges,
    private readonly clients: ImportClients,
  ) {}

  /**
   * Reads the document to its end and checks it before anything else happens: so whoever sends it may be slow or go away,
   * and nobody waits for them. Then everything is written in one transaction. What is there and not in the document stays
   * as it is.
   *
   * @param document bytes, in any pieces; an error of it ends the import
   * @throws DomainError `invalid`, `unprocessable`, `conflict`, `forbidden`, `overloaded`: nothing has been changed
   */
  run(
    document: AsyncIterable<Uint8Array>,
    options: ImportOptions,
    actor: Actor,
    onProgress: (progress: ImportProgress) => void = () => undefined,
  ): Promise<ImportReportDto> {
    return this.queue.run(async () => {
      const spool = await Spool.create();
      try {
        await receive(whole(document), spool, onProgress);
        await check(spool, onProgress);
        return await this.write(spool, options, actor, onProgress);
      } finally {
        await spool.close();
      }
    });
  }

  private async write(
    spool: Spool,
    { dryRun = false, matchUsernames = false }: ImportOptions,
    actor: Actor,
    onProgress: (progress: ImportProgress) => void,
  ): Promise<ImportReportDto> {
    const sha256 = spool.sha256();
    let staging: ImportStaging;
    const before = async (manager: EntityManager): Promise<void> => {
      staging = await stage(spool, manager, onProgress);
    };
    const act = async (change: AdministrativeChange): Promise<ImportReportDto> => {
      const { manager } = change;
      const { size, clients: staged } = staging;
      await compare(size, { matchUsernames }, manager, (done) => onProgress({ step: 'comparing', done, total: size }));
      await checkReferences(staged, manager);
      await admitIds(change);
      const clients = await this.clients.compare(staged, change);
      await touchAll(change);
      await write(size, manager, (done) => onProgress({ step: 'writing', done, total: size }));
      await this.clients.write(clients, change);
      const { permissions, roles, groups, ...sections } = await reportOf(clients, dryRun, manager);
      const report = { dryRun, sha256, permissions, roles, groups, ...sections };
      const { dryRun: _dryRun, ...after } = report;
      await change.record({ kind: 'config.imported', target: { type: 'config', id: FORMAT, name: FORMAT }, after });
      return report;
    };
    return this.changes.run(actor, act, { before, dryRun }).catch((error: unknown) => {
      const violated = violatedUnique(error);
      if (violated === undefined) throw error;
      const message = TAKEN[violated] ?? 'Something in it would be there twice.';
      throw new DomainError('conflict', `Nothing was imported. ${message}`, { cause: error });
    });
  }
}

/** A sender that goes away is no fault here. */
async function* whole(document: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* document;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ECONNRESET') throw cause;
    throw new DomainError('invalid', 'Nothing was imported. The document is cut off.', { cause });
  }
}

/** As fast as it comes: the server gives a request half a minute. */
async function receive(
  document: AsyncIterable<Uint8Array>,
  spool: Spool,
  onProgress: (progress: ImportProgress) => void,
): Promise<void> {
  for await (const bytes of document) {
    await spool.write(bytes);
    if (spool.size > LARGEST_DOCUMENT) {
      throw new DomainError('invalid', `Nothing was imported. It has more than ${LARGEST_DOCUMENT} bytes.`);
    }
    onProgress({ step: 'reading', done: spool.size, total: null });
  }
}

/** The whole document, before anything is locked. @throws DomainError `invalid` */
async function check(spool: Spool, onProgress: (progress: ImportProgress) => void): Promise<void> {
  const checker = new DocumentChecker();
  let clients = 0;
  let done = 0;
  for await (const piece of spool.pieces()) {
    clients += checker.read(piece).filter(({ section }) => section === 'clients').length;
    if (clients > MOST_CLIENTS) {
      throw new DomainError('invalid', `Nothing was imported. There are more than ${MOST_CLIENTS} clients in it.`);
    }
    done += piece.length;
    onProgress({ step: 'checking', done, total: spool.size });
  }
  checker.end();
}

async function stage(
  spool: Spool,
  manager: EntityManager,
  onProgress: (progress: ImportProgress) => void,
): Promise<ImportStaging> {
  const staging = await ImportStaging.begin(manager);
  const checker = new DocumentChecker(false);
  let done = 0;
  for await (const piece of spool.pieces()) {
    for (const element of checker.read(piece)) await staging.add(element);
    done += piece.length;
    onProgress({ step: 'preparing', done, total: spool.size });
  }
  await staging.end();
  return staging;
}

/**
 * Applications know people by the ids of their accounts. Who made one with the id of somebody who is gone, or who is known
 * elsewhere, would be taken for them there; what that opens nobody here can tell.
 */
async function admitIds({ manager, rights }: AdministrativeChange): Promise<void> {
  if (rights.allows('*')) return;
  const [found] = await manager.query<{ path: string }[]>(
    `SELECT section || '.' || index || '.id' AS path FROM pg_temp.import_accounts
      WHERE is_new AND given_id IS NOT NULL ORDER BY seq LIMIT 1`,
  );
  if (!found) return;
  const message = 'A new account gets an id of its own, unless whoever imports it may do everything. Leave the id out.';
  throw new DomainError('forbidden', `Nothing was imported. ${found.path}: ${message}`, {
    errors: [{ path: found.path, message }],
  });
}

/** Nobody changes what is mightier than they are, nor makes anything so: asked of all that changes at once. */
async function touchAll({ touch }: AdministrativeChange): Promise<void> {
  await touch({ type: 'role', selected: 'SELECT id FROM pg_temp.import_roles WHERE changed' });
  await touch({ type: 'group', selected: 'SELECT id FROM pg_temp.import_groups WHERE changed' });
  await touch({ type: 'account', selected: 'SELECT account_id FROM pg_temp.import_accounts WHERE changed' });
}
