import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Settings } from '../../config/settings.js';
import { SETTINGS } from '../settings.token.js';

/** What a link is good for. */
export type LinkPurpose = 'verify-email' | 'reset-password';

/** Seconds. */
const LINK_LIFETIME = 3_600;

/** The pages that the links open; what they show asks before it does anything. */
const PATHS: Readonly<Record<LinkPurpose, string>> = {
  'verify-email': '/verify-email',
  'reset-password': '/reset-password',
};

/** What a link hangs on: when any of it changes, the link is dead. */
interface LinkedAccount {
  readonly id: string;
  readonly email: string | null;
  readonly pendingEmail: string | null;
  readonly isVerified: boolean;
  readonly isActive: boolean;
  readonly isLocal: boolean;
  readonly passwordHash: string | null;
  readonly epoch: string;
}

/** Whom a link belongs to, and which address is shown to be theirs by it. */
export interface LinkOwner {
  readonly id: string;
  readonly email: string;
}

const FIND = `SELECT id, email, pending_email AS "pendingEmail", is_verified AS "isVerified", is_active AS "isActive",
  source = 'local' AS "isLocal", password_hash AS "passwordHash", epoch::text AS epoch FROM gatehouse.accounts WHERE id = $1 AND kind = 'user'`;

const ID_BYTES = 16;
const TIME_BYTES = 6;
const TOKEN = /^[\w-]{72}$/;

/**
 * The tokens in links that are mailed. Nothing of them is stored: a token is the account, a time and a MAC under a key
 * from APP_SECRET over these and the state of the account. So the database doesn't give them away, and one that was used
 * is dead, since using it changes the state: a password that is set moves the epoch, an address that is verified is.
 */
@Injectable()
export class AccountLinks {
  private readonly keys: readonly Buffer[];

  constructor(@Inject(SETTINGS) private readonly settings: Settings) {
    this.keys = [settings.appSecret!, settings.appSecretPrevious]
      .filter((secret) => secret !== undefined)
      .map((secret) => Buffer.from(hkdfSync('sha256', secret, '', 'gatehouse account links', 32)));
  }

  /**
   * A link for the account as it is now, good for an hour; undefined when there is none to be had: the account is gone or
   * switched off, lives elsewhere, has nothing to verify, or the address isn't (or isn't to become) its own any more.
   *
   * @param to where the link will be sent
   */
  async make(
    purpose: LinkPurpose,
    accountId: string,
    to: string,
    manager: Pick<EntityManager, 'query'>,
  ): Promise<string | undefined> {
    const account = await find(accountId, manager);
    if (!account || !canHave(purpose, account) || recipientOf(purpose, account) !== to) return undefined;
    const token = this.sign(purpose, account, Math.floor(Date.now() / 1_000) + LINK_LIFETIME, this.keys[0]!);
    return `${this.settings.publicUrl}${PATHS[purpose]}?token=${token}`;
  }

  /**
   * The account of a token that is good now; undefined otherwise. Its row is locked, so of many who come with one token at
   * once the first changes what it hangs on, and the others find it dead.
   */
  async use(
    purpose: LinkPurpose,
    token: string,
    manager: Pick<EntityManager, 'query'>,
  ): Promise<LinkOwner | undefined> {
    return this.find(purpose, token, manager, ' FOR UPDATE');
  }

  /** The account of a token that is good now, and the address that it was sent to. Looking spends nothing. */
  async whose(
    purpose: LinkPurpose,
    token: string,
    manager: Pick<EntityManager, 'query'>,
  ): Promise<LinkOwner | undefined> {
    return this.find(purpose, token, manager);
  }

  private async find(
    purpose: LinkPurpose,
    token: string,
    manager: Pick<EntityManager, 'query'>,
    lock = '',
  ): Promise<LinkOwner | undefined> {
    if (!TOKEN.test(token)) return undefined;
    const bytes = Buffer.from(token, 'base64url');
    const expiresAt = bytes.readUIntBE(ID_BYTES, TIME_BYTES);
    if (expiresAt <= Date.now() / 1_000) return undefined;
    const account = await find(uuidOf(bytes), manager, lock);
    if (!account || !canHave(purpose, account)) return undefined;
    if (!this.keys.some((key) => isSame(this.sign(purpose, account, expiresAt, key), token))) return undefined;
    return { id: account.id, email: recipientOf(purpose, account)! };
  }

  private sign(purpose: LinkPurpose, account: LinkedAccount, expiresAt: number, key: Buffer): string {
    const head = Buffer.alloc(ID_BYTES + TIME_BYTES);
    head.write(account.id.replaceAll('-', ''), 'hex');
    head.writeUIntBE(expiresAt, ID_BYTES, TIME_BYTES);
    const mac = createHmac('sha256', key)
      .update(head)
      .update(JSON.stringify(stateFor(purpose, account)))
      .digest();
    return Buffer.concat([head, mac]).toString('base64url');
  }
}

async function find(id: string, manager: Pick<EntityManager, 'query'>, lock = ''): Promise<LinkedAccount | undefined> {
  const [account] = await manager.query<LinkedAccount[]>(FIND + lock, [id]);
  return account;
}

/** A password can be set where we keep it, and an address be verified that isn't yet. */
function canHave(purpose: LinkPurpose, account: LinkedAccount): boolean {
  if (!account.isActive || !account.isLocal) return false;
  return purpose === 'reset-password' || account.pendingEmail !== null || !account.isVerified;
}

function recipientOf(purpose: LinkPurpose, { email, pendingEmail }: LinkedAccount): string | null {
  return purpose === 'verify-email' ? (pendingEmail ?? email) : email;
}

function stateFor(purpose: LinkPurpose, account: LinkedAccount): unknown[] {
  const { email, pendingEmail, isVerified, passwordHash, epoch } = account;
  return purpose === 'verify-email'
    ? [purpose, email, pendingEmail, isVerified]
    : [purpose, email, passwordHash, epoch];
}

function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex', 0, ID_BYTES);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function isSame(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
