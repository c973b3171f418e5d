import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Settings } from '../../config/settings.js';
import { ClientEntity } from '../clients/client.entity.js';
import { addedScopes, powersOf, widens } from '../clients/client-powers.js';
import { checkAudience, checkGrants } from '../clients/client-rules.js';
import { DomainError } from '../domain-error.js';
import { nameKey } from '../names/name-key.js';
import type { Grant } from '../oauth/grants/grant.js';
import { GRANTS } from '../oauth/grants/grants.token.js';
import type { AdministrativeChange } from '../rbac/administrative-changes.js';
import { Powers } from '../rbac/powers.js';
import { SETTINGS } from '../settings.token.js';
import { refuseDocument } from './document-checker.js';
import type { ClientElementDto } from './document.dto.js';
import type { StagedClient } from './import-staging.js';

/** What becomes of a client. */
export interface ComparedClient extends StagedClient {
  readonly former: ClientEntity | null;
  /** The service account that it acts as. */
  readonly accountId: string | null;
  /** The fields that are another than they were; of a new one, all that are given. */
  readonly changes: Partial<ClientEntity>;
}

const FIELDS = [
  'name',
  'isActive',
  'grants',
  'scopes',
  'audience',
  'resources',
  'permissionPrefixes',
  'redirectUris',
] as const satisfies readonly (keyof ClientElementDto & keyof ClientEntity)[];

/** The part of an import that registers clients and changes them, by the rules of their own administration. */
@Injectable()
export class ImportClients {
  constructor(
    private readonly powers: Powers,
    @Inject(GRANTS) private readonly grants: readonly Grant[],
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * Finds out what would change, before anything does.
   *
   * @throws DomainError `unprocessable`, `conflict`, `forbidden`
   */
  async compare(staged: readonly StagedClient[], change: AdministrativeChange): Promise<ComparedClient[]> {
    const compared: ComparedClient[] = [];
    for (const one of staged) compared.push(await this.compareOne(one, change));
    return compared;
  }

  private async compareOne({ index, client }: StagedClient, change: AdministrativeChange): Promise<ComparedClient> {
    const { manager } = change;
    const refuse = (field: string, message: string, code?: 'conflict') =>
      refuseDocument([{ path: `clients.${index}.${field}`, message }], code);
    try {
      checkGrants(
        client.grants,
        client.confidential,
        this.grants.map(({ type }) => type),
      );
      checkAudience(client.audience, this.settings);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      for (const { path, message } of error.errors ?? []) refuse(path, message);
    }
    const former = await manager.findOne(ClientEntity, {
      where: { clientId: client.clientId },
      lock: { mode: 'pessimistic_write' },
    });
    const accountId =
      client.serviceAccount === undefined
        ? (former?.accountId ?? null)
        : client.serviceAccount && (await findServiceAccount(client.serviceAccount, manager));
    if (accountId === undefined)
      return refuse('serviceAccount', `There is no service account ${client.serviceAccount}.`);
    if (former) {
      if (former.builtIn) refuse('clientId', 'This client is built in.', 'conflict');
      if (former.confidential !== client.confidential) refuse('confidential', 'It can’t be changed.', 'conflict');
      if (former.accountId !== (accountId || null)) refuse('serviceAccount', 'It can’t be changed.', 'conflict');
    }
    const changes = differing(client, former);
    if (former?.accountId != null && changes.grants) {
      refuse('grants', 'The grants of a service account’s client can’t be changed.', 'conflict');
    }
    if (accountId && (!former || Object.keys(changes).length > 0))
      await change.touch({ type: 'account', id: accountId });
    return { index, client, former, accountId: accountId || null, changes };
  }

  /** Writes what changes, when all that the clients refer to is there. @throws DomainError `forbidden` */
  async write(compared: readonly ComparedClient[], change: AdministrativeChange): Promise<void> {
    for (const one of compared) await this.writeOne(one, change);
  }

  private async writeOne(
    { client, former, accountId, changes }: ComparedClient,
    { manager, require }: AdministrativeChange,
  ): Promise<void> {
    const { clientId, confidential } = client;
    const account = accountId === null ? undefined : await this.powers.of({ type: 'account', id: accountId }, manager);
    if (!former) {
      require(powersOf(client.scopes, account));
      await manager.insert(ClientEntity, { clientId, confidential, accountId, ...changes });
      return;
    }
    if (Object.keys(changes).length === 0) return;
    const { scopes = former.scopes } = changes;
    const added = addedScopes(former.scopes, scopes);
    require(added === null ? powersOf(null, account) : added);
    if (widens(former, changes)) require(powersOf(scopes, account));
    await manager.update(ClientEntity, { clientId }, { ...changes, updatedAt: () => 'now()' });
  }
}

/** The service account that has this name when the import is done; undefined if there will be none. */
async function findServiceAccount(username: string, manager: EntityManager): Promise<string | undefined> {
  const [found] = await manager.query<{ id: string }[]>(
    `SELECT account_id AS id FROM pg_temp.import_accounts WHERE username_key = $1 AND kind = 'service'
      UNION ALL
     SELECT id FROM gatehouse.accounts WHERE username_key = $1 AND kind = 'service'
        AND id NOT IN (SELECT account_id FROM pg_temp.import_accounts WHERE kind = 'service')
      LIMIT 1`,
    [nameKey(username)],
  );
  return found?.id;
}

function differing(client: ClientElementDto, former: ClientEntity | null): Partial<ClientEntity> {
  const given = FIELDS.filter((field) => client[field] !== undefined);
  const changed = given.filter((field) => !former || JSON.stringify(client[field]) !== JSON.stringify(former[field]));
  return Object.fromEntries(changed.map((field) => [field, client[field]]));
}
