import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Settings } from '../../config/settings.js';
import type { Actor } from '../audit/actor.js';
import { difference } from '../audit/audit-event.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { violatedUnique } from '../database/unique-violation.js';
import { DomainError, fieldError } from '../domain-error.js';
import { etagOf, requireMatch } from '../http/etag.js';
import type { Page } from '../http/page.js';
import type { Grant } from '../oauth/grants/grant.js';
import { GRANTS } from '../oauth/grants/grants.token.js';
import { AdministrativeChanges, type AdministrativeChange } from '../rbac/administrative-changes.js';
import { Powers } from '../rbac/powers.js';
import { SETTINGS } from '../settings.token.js';
import { ClientEntity, FIRST_PARTY_CLIENT } from './client.entity.js';
import { ClientDto, ClientsQueryDto, CreateClientDto, CreatedClientDto, UpdateClientDto } from './client.dto.js';
import { addedScopes, powersOf, widens } from './client-powers.js';
import { checkAudience, checkGrants, checkScopes } from './client-rules.js';
import { ClientSecrets } from './client-secrets.js';
import { ClientViews, noSuchClient, readClient } from './client-view.js';

/** Registers clients and changes them, within the rights of the actor. */
@Injectable()
export class ClientAdministration {
  constructor(
    private readonly database: DataSource,
    private readonly feed: ChangeFeed,
    private readonly changes: AdministrativeChanges,
    private readonly powers: Powers,
    private readonly secrets: ClientSecrets,
    private readonly views: ClientViews,
    @Inject(GRANTS) private readonly grants: readonly Grant[],
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** A part of the list. */
  list(query: ClientsQueryDto): Promise<Page<ClientDto>> {
    return this.views.list(query);
  }

  /** @throws DomainError `not-found` */
  get(clientId: string): Promise<ClientDto> {
    return this.views.get(clientId);
  }

  /**
   * Registers a client, and makes its secret if it can keep one.
   *
   * @throws DomainError `conflict` for an id or audience that is taken, `unprocessable`, `forbidden`
   */
  async create({ clientId = madeId(), ...client }: CreateClientDto, actor: Actor): Promise<CreatedClientDto> {
    checkGrants(client.grants, client.confidential, this.knownGrants);
    checkAudience(client.audience, this.settings);
    const clientSecret = await this.change(actor, async (change) => {
      const { manager } = change;
      // A client grants nothing: its tokens have what the account holds, within its scopes. But tokens of other people
      // pass through it, and nobody shall set up a client that may do more with them than its maker could.
      change.require(powersOf(client.scopes));
      await checkKnown(client.scopes ?? [], manager);
      await manager.insert(ClientEntity, { clientId, ...client });
      const after = await readClient(clientId, manager);
      await change.record({ kind: 'client.created', target: target(after), after });
      return client.confidential ? this.secrets.replace(clientId, 0, manager) : undefined;
    });
    const view = await this.get(clientId);
    return clientSecret === undefined ? view : Object.assign(view, { clientSecret });
  }

  /**
   * Replaces the fields that are named.
   *
   * @param ifMatch the tag that the client must have
   * @throws DomainError `not-found`, `conflict` for what is taken and for the built-in client, `unprocessable`,
   *   `forbidden`, `precondition-failed`
   */
  async update(clientId: string, changes: UpdateClientDto, actor: Actor, ifMatch?: string): Promise<ClientDto> {
    checkAudience(changes.audience, this.settings);
    await this.change(actor, async (change) => {
      const { manager } = change;
      const client = await find(clientId, manager);
      if (client.accountId !== null) await change.touch({ type: 'account', id: client.accountId });
      const before = await readClient(clientId, manager);
      requireMatch(ifMatch, etagOf(before));
      if (client.accountId !== null && changes.grants) {
        throw new DomainError('conflict', 'The grants of a service account’s client can’t be changed.');
      }
      if (changes.grants) checkGrants(changes.grants, client.confidential, this.knownGrants);
      const account =
        client.accountId === null
          ? undefined
          : await this.powers.of({ type: 'account', id: client.accountId }, manager);
      const { scopes = client.scopes } = changes;
      const added = addedScopes(client.scopes, scopes);
      change.require(added === null ? powersOf(null, account) : added);
      if (widens(client, changes)) change.require(powersOf(scopes, account));
      if (changes.scopes) await checkKnown(changes.scopes, manager, client.scopes);
      await manager.update(ClientEntity, { clientId }, Object.assign(changes, { updatedAt: () => 'now()' }));
      const after = await readClient(clientId, manager);
      await change.record({ kind: 'client.updated', target: target(after), ...difference(before, after) });
    });
    return this.get(clientId);
  }

  /**
   * Deletes the client, and with it everything that was issued to it. It is switched off before, in a transaction of its
   * own: from then on all of that is dead, and no login or refresh is begun that the deletion would have to wait for.
   *
   * @throws DomainError `not-found`, `conflict` for the built-in client, `precondition-failed`
   */
  async delete(clientId: string, actor: Actor, ifMatch?: string): Promise<void> {
    await this.change(actor, async ({ manager, touch, record }) => {
      const { accountId } = await find(clientId, manager);
      if (accountId !== null) await touch({ type: 'account', id: accountId });
      const before = await readClient(clientId, manager);
      requireMatch(ifMatch, etagOf(before));
      await manager.update(ClientEntity, { clientId }, { isActive: false });
      await record({ kind: 'client.deleted', target: target(before), before });
    });
    await this.database.transaction(async (manager) => {
      // In the order of a refresh that is under way, which locks its session and then, by its new tokens, the client:
      // the other way round each would wait for the other, and a client that keeps refreshing could not be deleted.
      await manager.query('SELECT FROM gatehouse.sessions WHERE client_id = $1 ORDER BY id FOR UPDATE', [clientId]);
      await manager.delete(ClientEntity, { clientId });
    });
    await this.feed.catchUp();
  }

  /**
   * Makes a new secret; the present one lives on for the overlap.
   *
   * @param overlap seconds
   * @throws DomainError `not-found`, `forbidden`, `conflict` for clients whose secret isn't made here
   */
  makeSecret(clientId: string, overlap: number, actor: Actor): Promise<string> {
    return this.change(actor, async (change) => {
      const { manager } = change;
      const { name, confidential, accountId, scopes } = await find(clientId, manager);
      if (!confidential)
        throw new DomainError('conflict', 'A public client has no secret, since it could not keep one.');
      // Whoever has this secret acts as the service account; that takes another permission.
      if (accountId !== null) {
        throw new DomainError('conflict', `Make this secret with POST /service-accounts/${accountId}/secret.`);
      }
      change.require(powersOf(scopes));
      await change.record({ kind: 'client.secret-made', target: target({ clientId, name }), after: { overlap } });
      return this.secrets.replace(clientId, overlap, manager);
    });
  }

  private async change<Result>(actor: Actor, how: (change: AdministrativeChange) => Promise<Result>): Promise<Result> {
    return this.changes.run(actor, how).catch((error: unknown) => {
      const violated = violatedUnique(error);
      if (violated === undefined) throw error;
      const [path, what] = violated === 'clients_audience' ? ['audience', 'audience'] : ['clientId', 'id'];
      throw fieldError('conflict', path, `There is a client with this ${what} already.`, { cause: error });
    });
  }

  private get knownGrants(): string[] {
    return this.grants.map(({ type }) => type);
  }
}

function target({ clientId, name }: Pick<ClientDto, 'clientId' | 'name'>) {
  return { type: 'client', id: clientId, name } as const;
}

/** The client, locked; the built-in one isn't for changing. */
async function find(clientId: string, manager: EntityManager): Promise<ClientEntity> {
  const client = await manager.findOne(ClientEntity, { where: { clientId }, lock: { mode: 'pessimistic_write' } });
  if (!client) throw noSuchClient();
  if (client.builtIn) {
    throw new DomainError(
      'conflict',
      `The client ${FIRST_PARTY_CLIENT} is built in; the setting FIRST_PARTY_CLIENT switches it.`,
    );
  }
  return client;
}

/** @param kept what the client has already may be gone since */
async function checkKnown(
  scopes: readonly string[],
  manager: EntityManager,
  kept: readonly string[] | null = [],
): Promise<void> {
  const rows = await manager.query<{ name: string }[]>(
    'SELECT name FROM gatehouse.permissions WHERE name = ANY ($1::text[])',
    [scopes],
  );
  checkScopes(scopes, new Set([...rows.map(({ name }) => name), ...(kept ?? [])]));
}

/** 128 bits: an id that was free once is never made again. */
function madeId(): string {
  return `client-${randomBytes(16).toString('hex')}`;
}
