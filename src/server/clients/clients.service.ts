import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Settings } from '../../config/settings.js';
import { MEMBERSHIPS, type Memberships } from '../rbac/account-grants.js';
import { SETTINGS } from '../settings.token.js';
import { FIRST_PARTY_CLIENT, type ClientEntity } from './client.entity.js';

/** RFC 6749 appendix A.1: visible ASCII and spaces. What isn't of this form is nobody's, and isn't looked up. */
const CLIENT_ID = /^[\x20-\x7E]{1,200}$/;

/** The service account that a client acts as. */
export interface ClientAccount extends Memberships {
  readonly id: string;
  readonly username: string;
  readonly epoch: number;
}

/** A client that is switched on, with what a request to an OAuth endpoint needs of it. */
export interface ActiveClient extends Pick<
  ClientEntity,
  'clientId' | 'name' | 'confidential' | 'accountId' | 'grants' | 'scopes' | 'audience' | 'resources' | 'epoch'
> {
  /** SHA-256 of the secrets that are good now, in hexadecimal: one, or two during a change-over. */
  readonly secretHashes: readonly string[];
  readonly account: ClientAccount | null;
}

/** The characters of a registered audience; another text is nobody's, and isn't looked up. */
const AUDIENCE = /^[\x21-\x7E]{1,255}$/;

type Row = Omit<ActiveClient, 'account'> &
  Memberships & { readonly accountUsername: string; readonly accountEpoch: number };

/** Reads the registered clients. */
@Injectable()
export class ClientsService {
  constructor(
    private readonly database: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * The active client of this id; the first-party one only where the settings leave it on, and one of a service account
   * only while that is active too. One query brings what a grant needs of both, so that both are of one moment.
   */
  async findActive(clientId: string): Promise<ActiveClient | null> {
    if (!CLIENT_ID.test(clientId)) return null;
    if (clientId === FIRST_PARTY_CLIENT && !this.settings.firstPartyClient) return null;
    const [row] = await this.database.query<Row[]>(
      `SELECT client_id AS "clientId", clients.name, confidential, account_id AS "accountId", grants, scopes, audience,
              resources, clients.epoch,
              ARRAY(SELECT encode(hash, 'hex') FROM gatehouse.client_secrets
                     WHERE client_secrets.client_id = clients.client_id AND coalesce(expires_at > now(), true)) AS "secretHashes",
              accounts.username AS "accountUsername", accounts.epoch AS "accountEpoch", ${MEMBERSHIPS}
         FROM gatehouse.clients LEFT JOIN gatehouse.accounts ON accounts.id = account_id
        WHERE client_id = $1 AND clients.is_active AND coalesce(accounts.is_active, true)`,
      [clientId],
    );
    if (!row) return null;
    const { accountUsername: username, accountEpoch: epoch, groupIds, roleIds, ...client } = row;
    const { accountId: id } = client;
    return { ...client, account: id === null ? null : { id, username, epoch, groupIds, roleIds } };
  }

  /** Whether this is the audience of a client that is switched on. */
  async isAudience(audience: string): Promise<boolean> {
    if (!AUDIENCE.test(audience)) return false;
    const rows = await this.database.query<unknown[]>(
      `SELECT FROM gatehouse.clients LEFT JOIN gatehouse.accounts ON accounts.id = account_id
        WHERE audience = $1 AND clients.is_active AND coalesce(accounts.is_active, true)`,
      [audience],
    );
    return rows.length > 0;
  }
}
