import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Settings } from '../../config/settings.js';
import { DomainError } from '../domain-error.js';
import { containing, readPage, type Page } from '../http/page.js';
import { SETTINGS } from '../settings.token.js';
import type { ClientDto, ClientsQueryDto } from './client.dto.js';

const COLUMNS = `client_id AS "clientId", name, confidential, built_in AS "builtIn", account_id AS "serviceAccountId",
  is_active AS "isActive", grants, scopes, audience, resources, permission_prefixes AS "permissionPrefixes",
  redirect_uris AS "redirectUris", created_at AS "createdAt", updated_at AS "updatedAt"`;

const SORTS = {
  clientId: { sql: 'client_id', type: 'text' },
  name: { sql: 'name', type: 'text' },
  createdAt: { sql: 'created_at', type: 'timestamptz' },
} as const;

/** Shows clients as they are in force. */
@Injectable()
export class ClientViews {
  constructor(
    private readonly database: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** A part of the list. */
  async list({ q, ...page }: ClientsQueryDto): Promise<Page<ClientDto>> {
    const { items, nextCursor } = await readPage<ClientDto>(
      this.database,
      {
        select: COLUMNS,
        from: 'gatehouse.clients',
        where: q ? ['client_id ILIKE $1 OR name ILIKE $1'] : [],
        values: q ? [containing(q)] : [],
        sorts: SORTS,
        id: 'client_id',
      },
      page,
    );
    return { items: items.map((client) => this.inForce(client)), nextCursor };
  }

  /** @throws DomainError `not-found` */
  async get(clientId: string): Promise<ClientDto> {
    return this.inForce(await readClient(clientId, this.database));
  }

  /** The built-in one is switched by a setting. */
  private inForce(client: ClientDto): ClientDto {
    const isActive = client.isActive && (!client.builtIn || this.settings.firstPartyClient);
    return Object.assign(client, { isActive });
  }
}

/** The client as its row says, as the transaction sees it. @throws DomainError `not-found` */
export async function readClient(clientId: string, manager: Pick<EntityManager, 'query'>): Promise<ClientDto> {
  const [client] = await manager.query<ClientDto[]>(`SELECT ${COLUMNS} FROM gatehouse.clients WHERE client_id = $1`, [
    clientId,
  ]);
  if (!client) throw noSuchClient();
  return client;
}

/** What an unknown client id is answered with. */
export function noSuchClient(): DomainError {
  return new DomainError('not-found', 'There is no client with this id.');
}
